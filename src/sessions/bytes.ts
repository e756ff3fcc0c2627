/** Reading and writing the lab's binary formats. Integers are little-endian or varints (seven bits a byte, low first). */

/** The data end before what they promise, or promise what cannot be. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

const PIECE = 2 ** 16;

/** Views of the bytes, one after another, short enough to be worked through in one go. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  /** Room for `size` more bytes, to be filled by the caller before the next call. */
  reserve(size: number): Uint8Array {
    if (this.length + size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length + size, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    const room = this.bytes.subarray(this.length, this.length + size);
    this.length += size;
    return room;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes);
  }

  /** A whole number in 0..2^53−1. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.reserve(1)[0] = 128 + (rest % 128);
    this.reserve(1)[0] = rest;
  }

  /** A whole number of either sign, small ones short: 0, −1, 1, −2, … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** What was written; the writer must not be used again. */
  done(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Every method throws `Malformed` rather than read past the end. */
export class ByteReader {
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** A view of the next `size` bytes. */
  raw(size: number): Uint8Array {
    if (size < 0 || size > this.bytes.length - this.position) throw new Malformed();
    this.position += size;
    return this.bytes.subarray(this.position - size, this.position);
  }

  /** A copy of the next `size` bits, low first; those of the last byte that are not used must be zero. */
  bits(size: number): Uint8Array {
    const bytes = this.raw(Math.ceil(size / 8)).slice();
    if (size % 8 !== 0 && bytes[bytes.length - 1] >> (size % 8) !== 0) throw new Malformed();
    return bytes;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.raw(1)[0];
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Malformed();
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  text(): string {
    const bytes = this.raw(this.varint());
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (error) {
      throw new Malformed(undefined, { cause: error });
    }
  }

  get isAtEnd(): boolean {
    return this.position === this.bytes.length;
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.raw(this.bytes.length - this.position);
  }

  /** Nothing may follow what was read. */
  end(): void {
    if (!this.isAtEnd) throw new Malformed();
  }
}
