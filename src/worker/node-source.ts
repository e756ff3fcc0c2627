/** Packed data from a folder. */
import { readFile } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Source } from '../tasks/load.ts';

export class FileSource implements Source {
  constructor(private readonly folder: URL) {}

  /** Throws a LabError that names the file where it cannot be read. */
  async read(path: string, onBytes: (bytes: number) => void): Promise<Uint8Array> {
    try {
      const bytes = await readFile(new URL(path, this.folder));
      onBytes(bytes.length);
      return bytes;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LabError(m.science_data_unreachable({ file: path, reason }), path, { cause: error });
    }
  }
}
