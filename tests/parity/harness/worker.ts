/** Trains in a worker, as the lab does. */
import { wasmPaths } from '../../../src/engines/tfjs/wasm-paths.ts';
import { usableBackends, type TfjsBackend } from '../../../src/engines/probe.ts';
import { FetchSource } from '../../../src/worker/fetch-source.ts';
import { fingerprints, type FingerprintTable } from './fingerprints.ts';
import { train, trainAfterLoss, type CaseName, type Trained } from './cases.ts';
import { watched, type Ran } from './tiers.ts';
import { answerWebgpu, type WebgpuReply, type WebgpuRequest } from './webgpu-questions.ts';

export type Request =
  | { readonly probe: true }
  /** `data`: address of the data sets. `watch`: whether V8 is asked whose code ran. */
  | { readonly fingerprints: { readonly data: string; readonly watch: boolean } }
  | WebgpuRequest
  | { readonly lose: 'webgpu' | 'webgl' }
  | { readonly backend: TfjsBackend; readonly name: CaseName };
export type Reply =
  | { readonly fingerprints: FingerprintTable; readonly ran: Ran | null }
  | { readonly usable: readonly TfjsBackend[] }
  | { readonly lost: Awaited<ReturnType<typeof trainAfterLoss>> }
  | WebgpuReply
  | { readonly trained: Trained }
  | { readonly error: string };

async function answer(request: Request): Promise<Reply> {
  if ('probe' in request) return { usable: await usableBackends() };
  if ('fingerprints' in request) {
    const { data, watch } = request.fingerprints;
    const work = (): Promise<FingerprintTable> => fingerprints(new FetchSource(data));
    if (!watch) return { fingerprints: await work(), ran: null };
    const { value, ran } = await watched(work);
    return { fingerprints: value, ran };
  }
  if ('lose' in request) return { lost: await trainAfterLoss(request.lose) };
  if ('backend' in request) return { trained: await train(request.backend, request.name, wasmPaths) };
  return answerWebgpu(request);
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (reply) => postMessage(reply),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});
