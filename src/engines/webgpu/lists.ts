/** A network's masks as the kernels read them: bits of all parameters, and for sparse layers lists of what is there. */
import { getBit, type Plane, type Planes } from '../../science/mask.ts';
import type { ListLayout } from './kernels/listed.ts';
import { LISTED, MASKED, WHOLE } from './kernels/dense.ts';
import type { DenseLayer, Layout } from './layout.ts';

/** One bit a parameter; what no plane speaks of is there and trained. */
export function bitsOf(layout: Layout, planes: Planes, which: 'present' | 'trainable'): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layout.words).fill(0xffffffff);
  for (const { name, size } of layout.model.parameters) {
    if (!(name in planes)) continue;
    const bits = planes[name][which];
    const offset = layout.offsetOf(name);
    for (let index = 0; index < size; index++) {
      const at = offset + index;
      if (!getBit(bits, index)) words[at >> 5] &= ~(1 << (at & 31));
    }
  }
  return words;
}

export interface LayerMask {
  readonly mode: number;
  /** For a layer that is worked on by lists. */
  readonly lists: Uint32Array<ArrayBuffer> | null;
}

export function maskOf({ inputs, units }: DenseLayer, plane: Plane | undefined, list: ListLayout): LayerMask {
  if (plane === undefined) return { mode: WHOLE, lists: null };
  const { present, trainable } = plane;
  const size = inputs * units;
  let count = 0;
  let moved = 0;
  for (let index = 0; index < size; index++) {
    if (getBit(present, index)) count++;
    if (getBit(trainable, index)) moved++;
  }
  if (count > list.capacity) return { mode: moved === size ? WHOLE : MASKED, lists: null };
  return { mode: LISTED, lists: listsOf(inputs, units, plane, list) };
}

function listsOf(inputs: number, units: number, { present, trainable }: Plane, list: ListLayout): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(list.size);
  const { byUnit, byInput, moved } = list;
  let entry = 0;
  let movedEntry = 0;
  const readers = new Uint32Array(inputs + 1);
  for (let unit = 0, index = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++, index++) {
      if (!getBit(present, index)) continue;
      words[byUnit.entries + entry++] = input;
      readers[input + 1]++;
      if (getBit(trainable, index)) words[moved.entries + movedEntry++] = index;
    }
    words[moved.entries + movedEntry++] = units * inputs + unit;
    words[byUnit.starts + unit + 1] = entry;
    words[moved.starts + unit + 1] = movedEntry;
  }
  for (let input = 0; input < inputs; input++) words[byInput.starts + input + 1] = words[byInput.starts + input] + readers[input + 1];
  const next = words.slice(byInput.starts, byInput.starts + inputs);
  for (let unit = 0; unit < units; unit++) {
    for (let k = words[byUnit.starts + unit]; k < words[byUnit.starts + unit + 1]; k++) {
      words[byInput.entries + next[words[byUnit.entries + k]]++] = unit;
    }
  }
  return words;
}
