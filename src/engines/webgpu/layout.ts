/** Where named tensors lie: a network's one after another in canonical order, network after network. */
import type { Tensors } from '../../science/tensors.ts';

interface Sized {
  readonly name: string;
  readonly size: number;
}

export class Layout {
  /** All numbers of one network. */
  readonly size: number;
  private readonly offsets = new Map<string, number>();

  constructor(readonly tensors: readonly Sized[]) {
    let next = 0;
    for (const { name, size } of tensors) {
      this.offsets.set(name, next);
      next += size;
    }
    this.size = next;
  }

  /** 32-bit words with one bit for each number. */
  get words(): number {
    return Math.ceil(this.size / 32);
  }

  offsetOf(name: string): number {
    const offset = this.offsets.get(name);
    if (offset === undefined) throw new Error(`no tensor ${name}`);
    return offset;
  }

  /** Laid end to end; `suffix` follows a tensor's name, as in `dense1/weight/m`. */
  pack(tensors: Tensors, suffix = ''): Float32Array<ArrayBuffer> {
    const flat = new Float32Array(this.size);
    for (const { name } of this.tensors) flat.set(tensors[name + suffix], this.offsetOf(name));
    return flat;
  }

  /** Copies of their own. */
  unpack(flat: Float32Array, suffix = ''): Record<string, Float32Array> {
    return Object.fromEntries(
      this.tensors.map(({ name, size }) => [name + suffix, flat.slice(this.offsetOf(name), this.offsetOf(name) + size)]),
    );
  }
}
