/** The web worker. The page sends it the address of its data first, since a bundle does not know where it lies. */
import { wasmPaths } from '../engines/tfjs/wasm-paths.ts';
import type { Source } from '../tasks/load.ts';
import { FetchSource } from './fetch-source.ts';
import { LabService } from './service.ts';
import { serve } from './wire.ts';

/** The page's first message. */
export interface Greeting {
  /** Address of `datasets/`. */
  readonly data: string;
}

addEventListener(
  'message',
  ({ data }: MessageEvent<Greeting>) => {
    const source: Source = new FetchSource(data.data);
    serve(new LabService({ source, wasmPaths }), self);
  },
  { once: true },
);
