/** Packed data from a folder. */
import { readFile } from 'node:fs/promises';
import type { Source } from '../tasks/load.ts';

export class FileSource implements Source {
  /** `folder` is the address of `datasets/`. */
  constructor(private readonly folder: URL) {}

  async read(path: string, onBytes: (bytes: number) => void): Promise<Uint8Array> {
    const bytes = await readFile(new URL(path, this.folder));
    onBytes(bytes.length);
    return bytes;
  }
}
