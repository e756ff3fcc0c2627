/** The platform's own compression, with a limit on what may come out of it. */

const CHUNK_BYTES = 2 ** 16;

/** The data unpack to more than the caller allows. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

export const deflate = (bytes: Uint8Array): Promise<Uint8Array> => joined(through(bytes, new CompressionStream('deflate-raw')), Infinity);

/** Rejects with `TooLong` as soon as `most` bytes are exceeded, having taken at most twice as many; else with the platform's error. */
export const inflate = async (bytes: Uint8Array, most: number): Promise<Uint8Array> => joined(inflated(bytes, most), most);

/** The same, piece by piece, none of which is held on to. */
export async function* inflated(bytes: Uint8Array, most: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of through(bytes, new DecompressionStream('deflate-raw'))) {
    size += piece.length;
    if (size > most) throw new TooLong();
    yield piece;
  }
}

async function* through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): AsyncGenerator<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough<Uint8Array>(stream).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // Whoever has enough stops the work.
    await reader.cancel();
  }
}

/** All pieces in one; `most`: bytes that they may come to. */
async function joined(pieces: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  let all = new Uint8Array(Math.min(most, CHUNK_BYTES));
  let size = 0;
  for await (const piece of pieces) {
    const end = size + piece.length;
    if (end > all.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(end, 2 * all.length)));
      larger.set(all.subarray(0, size));
      all = larger;
    }
    all.set(piece, size);
    size = end;
  }
  return all.subarray(0, size);
}
