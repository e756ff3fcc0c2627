/** The platform's own compression, with a limit on what may come out of it. */

const CHUNK_BYTES = 2 ** 16;

/** The data unpack to more than the caller allows. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

export const deflate = (bytes: Uint8Array): Promise<Uint8Array> => through(bytes, new CompressionStream('deflate-raw'), Infinity);

/** Rejects with `TooLong` as soon as `most` bytes are exceeded, having taken at most twice as many; else with the platform's error. */
export const inflate = (bytes: Uint8Array, most: number): Promise<Uint8Array> =>
  through(bytes, new DecompressionStream('deflate-raw'), most);

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough<Uint8Array>(stream).getReader();
  let all = new Uint8Array(Math.min(most, CHUNK_BYTES));
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const end = size + next.value.length;
    if (end > most) {
      await reader.cancel();
      throw new TooLong();
    }
    if (end > all.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(end, 2 * all.length)));
      larger.set(all.subarray(0, size));
      all = larger;
    }
    all.set(next.value, size);
    size = end;
  }
  return all.subarray(0, size);
}
