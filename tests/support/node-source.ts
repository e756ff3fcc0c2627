/** Packed data from the repository's own folder, and what goes wrong with it, for tests. */
import { readFile } from 'node:fs/promises';
import type { Source } from '../../src/tasks/load.ts';

const folder = new URL('../../datasets/', import.meta.url);

export const nodeSource: Source = {
  async read(path, onBytes) {
    const bytes = await readFile(new URL(path, folder));
    onBytes(bytes.length);
    return new Uint8Array(bytes);
  },
};
