/** The platform's own compression, with a limit on what may come out of it. */

/** The data unpack to more than the caller allows. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

export const deflate = (bytes: Uint8Array): Promise<Uint8Array> => through(bytes, new CompressionStream('deflate-raw'), Infinity);

/** Rejects with `TooLong` as soon as `most` bytes are exceeded, before more memory is taken; else with the platform's error. */
export const inflate = (bytes: Uint8Array, most: number): Promise<Uint8Array> =>
  through(bytes, new DecompressionStream('deflate-raw'), most);

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const reader = new Blob([new Uint8Array(bytes)]).stream().pipeThrough<Uint8Array>(stream).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      throw new TooLong();
    }
    chunks.push(next.value);
  }
  const all = new Uint8Array(size);
  let filled = 0;
  for (const chunk of chunks) {
    all.set(chunk, filled);
    filled += chunk.length;
  }
  return all;
}
