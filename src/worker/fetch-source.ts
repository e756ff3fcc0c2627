/** Packed data over HTTP, from the lab's own host. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Source } from '../tasks/load.ts';

export class FetchSource implements Source {
  constructor(private readonly base: string) {}

  /** Throws a LabError that names the file where it cannot be had. */
  async read(path: string, onBytes: (bytes: number) => void): Promise<Uint8Array> {
    const unreachable = (reason: string, cause?: unknown) =>
      new LabError(m.science_data_unreachable({ file: path, reason }), path, { cause });
    try {
      const response = await fetch(new URL(path, this.base));
      if (!response.ok || response.body === null) throw unreachable(String(response.status));
      return await collect(response.body, onBytes);
    } catch (error) {
      throw error instanceof LabError ? error : unreachable(error instanceof Error ? error.message : String(error), error);
    }
  }
}

async function collect(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.length;
    onBytes(next.value.length);
  }
  const all = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    all.set(chunk, filled);
    filled += chunk.length;
  }
  return all;
}
