/**
 * SHA-256 (FIPS 180-4), at once and piece by piece: the platform's own has everybody wait for it and takes no pieces, and
 * libraries bring other hashes along, 2 kB that page and worker would both fetch before they train anything. It names
 * runs and streams and tells damage; nothing secret is hashed.
 */

/** Bytes of a block. */
const BLOCK = 64;

const START = words('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19');

const CONSTANTS = words(
  '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc3' +
    '72be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da' +
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13' +
    '650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070' +
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc70208' +
    '90befffaa4506cebbef9a3f7c67178f2',
);

function words(hex: string): Int32Array {
  return Int32Array.from(hex.match(/.{8}/g) ?? [], (word) => parseInt(word, 16));
}

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

export class Sha256 {
  private readonly state = START.slice();
  private readonly block = new Uint8Array(BLOCK);
  private readonly view = new DataView(this.block.buffer);
  private readonly schedule = new Int32Array(64);
  /** Bytes so far. */
  private length = 0;

  update(bytes: Uint8Array): this {
    for (let from = 0; from < bytes.length;) {
      const at = this.length % BLOCK;
      const piece = bytes.subarray(from, from + BLOCK - at);
      this.block.set(piece, at);
      this.length += piece.length;
      from += piece.length;
      if (this.length % BLOCK === 0) this.compress();
    }
    return this;
  }

  /** The 32 bytes; nothing may follow. */
  digest(): Uint8Array<ArrayBuffer> {
    const { length } = this;
    // A bit, zeros up to the last 8 bytes of a block, and the length in bits.
    const padding = new Uint8Array(BLOCK - ((length + 8) % BLOCK) + 8);
    padding[0] = 0x80;
    const end = new DataView(padding.buffer);
    end.setUint32(padding.length - 8, Math.floor(length / 2 ** 29));
    end.setUint32(padding.length - 4, length << 3);
    this.update(padding);
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    this.state.forEach((word, index) => view.setInt32(4 * index, word));
    return bytes;
  }

  private compress(): void {
    const { state, schedule, view } = this;
    for (let t = 0; t < 16; t++) schedule[t] = view.getInt32(4 * t);
    for (let t = 16; t < 64; t++) {
      const near = schedule[t - 2];
      const far = schedule[t - 15];
      const s0 = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3);
      const s1 = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10);
      schedule[t] = (schedule[t - 16] + s0 + schedule[t - 7] + s1) | 0;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let t = 0; t < 64; t++) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const first = (h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[t] + schedule[t]) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

export const sha256 = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Sha256().update(bytes).digest();

/** Lower-case hex. */
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const fromHex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
