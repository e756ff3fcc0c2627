/** A network's masks as the kernels read them: bits of all parameters, and for sparse layers lists of what is there. */
import { getBit, type Plane, type Planes } from '../../science/mask.ts';
import { LISTED, MASKED, WHOLE } from './kernels/modes.ts';
import type { Layout } from './layout.ts';
import type { Matrix } from './matrices.ts';

/** One bit a parameter; what no plane speaks of is there and trained. */
export function bitsOf(layout: Layout, planes: Planes, which: 'present' | 'trainable'): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(layout.words).fill(0xffffffff);
  for (const { name, size } of layout.tensors) {
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

export interface MatrixMask {
  readonly mode: number;
  /** For a matrix that is worked on by lists. */
  readonly lists: Uint32Array<ArrayBuffer> | null;
}

export function maskOf(matrix: Matrix, plane: Plane | undefined): MatrixMask {
  if (plane === undefined) return { mode: WHOLE, lists: null };
  const { present, trainable } = plane;
  const size = matrix.rows * matrix.columns;
  let count = 0;
  let moved = 0;
  for (let index = 0; index < size; index++) {
    if (getBit(present, index)) count++;
    if (getBit(trainable, index)) moved++;
  }
  if (count > matrix.lists.capacity) return { mode: moved === size ? WHOLE : MASKED, lists: null };
  return { mode: LISTED, lists: listsOf(matrix, plane) };
}

function listsOf({ layer, rows, columns, channels, lists }: Matrix, { present, trainable }: Plane): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(lists.size);
  const { byRow, byInput, moved } = lists;
  let entry = 0;
  let movedEntry = 0;
  const readers = new Uint32Array(channels + 1);
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      if (!getBit(present, index)) continue;
      words[byRow.entries + entry++] = column;
      readers[(index % channels) + 1]++;
      if (getBit(trainable, index)) words[moved.entries + movedEntry++] = index;
    }
    if (layer.bias !== null) words[moved.entries + movedEntry++] = rows * columns + row;
    words[byRow.starts + row + 1] = entry;
    words[moved.starts + row + 1] = movedEntry;
  }
  for (let input = 0; input < channels; input++) words[byInput.starts + input + 1] = words[byInput.starts + input] + readers[input + 1];
  const next = words.slice(byInput.starts, byInput.starts + channels);
  for (let row = 0; row < rows; row++) {
    for (let k = words[byRow.starts + row]; k < words[byRow.starts + row + 1]; k++) {
      const index = row * columns + words[byRow.entries + k];
      words[byInput.entries + next[index % channels]++] = Math.floor(index / channels);
    }
  }
  return words;
}
