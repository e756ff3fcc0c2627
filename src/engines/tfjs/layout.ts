/** Many named arrays as one: an engine step costs by the operation, so a network's parameters lie end to end in one tensor. */
import { getBit, type Planes } from '../../science/mask.ts';
import type { Tensors } from '../../science/tensors.ts';

export interface Span {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly offset: number;
}

export interface Layout {
  readonly spans: readonly Span[];
  readonly size: number;
}

export function layoutOf(entries: readonly { readonly name: string; readonly shape?: readonly number[]; readonly size: number }[]): Layout {
  const spans: Span[] = [];
  let offset = 0;
  for (const { name, size, shape = [size] } of entries) {
    spans.push({ name, shape, size, offset });
    offset += size;
  }
  return { spans, size: offset };
}

/** A copy, end to end; `suffix` goes between a span's name and the key it is found under. */
export function pack({ spans, size }: Layout, tensors: Tensors, suffix = ''): Float32Array {
  const values = new Float32Array(size);
  for (const span of spans) {
    const key = span.name + suffix;
    if (!(key in tensors) || tensors[key].length !== span.size) throw new Error(`${key} must hold ${span.size} values`);
    values.set(tensors[key], span.offset);
  }
  return values;
}

/** Copies of the parts, by name. */
export const unpack = ({ spans }: Layout, values: Float32Array, suffix = ''): Tensors =>
  Object.fromEntries(spans.map(({ name, offset, size }) => [name + suffix, values.slice(offset, offset + size)]));

/** One byte a parameter, 1 where the bit is set and everywhere where no plane is given; null where all are 1. */
export function packBits({ spans, size }: Layout, planes: Planes, which: 'present' | 'trainable'): Uint8Array | null {
  const flags = new Uint8Array(size).fill(1);
  let zeros = 0;
  for (const span of spans) {
    if (!(span.name in planes)) continue;
    const { present, trainable } = planes[span.name];
    for (let index = 0; index < span.size; index++) {
      if (getBit(present, index) && (which === 'present' || getBit(trainable, index))) continue;
      flags[span.offset + index] = 0;
      zeros++;
    }
  }
  return zeros === 0 ? null : flags;
}
