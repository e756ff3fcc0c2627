/** Text of files from outside, which editors save in several encodings. */

/**
 * The text of a file in UTF-8 or UTF-16, with or without a byte order mark, which is left out. Without one, JSON tells
 * its encoding by itself: its first character is ASCII, so one of the first two bytes is 0 in UTF-16 (RFC 4627 §3).
 */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder(encodingOf(bytes)).decode(bytes);

/** The same of bytes that come in pieces, and in pieces itself. */
export async function* decodedPieces(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  for await (const piece of bytes) yield (decoder ??= new TextDecoder(encodingOf(piece))).decode(piece, { stream: true });
  yield decoder?.decode() ?? '';
}

function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first > 0 && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second > 0)) return 'utf-16be';
  return 'utf-8';
}
