/** Packed data over HTTP, from the lab's own host. */
import { Unreachable, type Source } from '../tasks/load.ts';

export class FetchSource implements Source {
  /** `base` is the address of `datasets/`. */
  constructor(private readonly base: string) {}

  async read(path: string, onBytes: (bytes: number) => void): Promise<Uint8Array> {
    const response = await fetch(new URL(path, this.base)).catch((error: unknown) => {
      throw new Unreachable(error instanceof Error ? error.message : String(error), { cause: error });
    });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      onBytes(next.value.length);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  async kept(): Promise<readonly string[]> {
    try {
      const requests = await (await caches.open(String(import.meta.env.VITE_DATA_CACHE))).keys();
      return requests.map(({ url }) => url).flatMap((url) => (url.startsWith(this.base) ? [url.slice(this.base.length)] : []));
    } catch {
      // Caches are refused here, or there are none.
      return [];
    }
  }
}
