/** What a trainer's passes share on the device, and the places that one pass has of its own. */
import { volume } from '../../models/model.ts';
import type { Place, Placement } from '../places.ts';
import type { Examples } from './examples.ts';
import type { Gpu } from './gpu.ts';
import { LISTED } from './kernels/modes.ts';
import type { Scene } from './kernels/values.ts';
import type { Layout } from './layout.ts';
import type { Room } from './ledger.ts';
import type { Matrix } from './matrices.ts';

export interface Memory {
  readonly gpu: Gpu;
  readonly placement: Placement;
  /** Of the parameters, and of the running statistics. */
  readonly layout: Layout;
  readonly buffers: Layout;
  readonly matrices: readonly Matrix[];
  readonly examples: Examples;
  readonly networks: number;
  readonly parameters: GPUBuffer;
  readonly moments: GPUBuffer | null;
  readonly trainable: GPUBuffer;
  /** How each network's matrices are worked on, matrix by matrix. */
  readonly modes: GPUBuffer;
  /** One a matrix. */
  readonly lists: readonly GPUBuffer[];
  readonly gradient: GPUBuffer;
  /** Running statistics, of all networks. */
  readonly running: GPUBuffer;
  /** Whether a network's weights of a matrix are worked on by lists. */
  isListed(network: number, matrix: number): boolean;
}

/** Values of one place: as they are, turned where a dense layer reads them, and their gradient where one is wanted. */
export interface Values {
  readonly value: GPUBuffer;
  readonly turned: GPUBuffer | null;
  /** When they are turned: a WGSL condition in `slot`. */
  readonly isTurned: string | null;
  readonly gradient: GPUBuffer | null;
}

const ONE_IN_16_BITS = 0x3c00;

/** Makes room for the values of all places; `wantsAll`: whether gradients are wanted of weights that no list has. */
export function roomForValues(memory: Memory, room: Room, scene: Scene, wantsAll: boolean): ReadonlyMap<Place, Values> {
  const { input, steps } = memory.placement;
  const { batch, slots } = scene;
  const { gpu } = memory;
  const ones = gpu.half ? new Uint16Array(batch).fill(ONE_IN_16_BITS) : new Float32Array(batch).fill(1);
  const places = [input, ...steps.map(({ output }) => output)];
  return new Map(
    places.map((place, index): [Place, Values] => {
      const features = volume(place.shape);
      const value = room.values(`values ${index}`, slots * (features + 1) * batch, gpu.half);
      for (let slot = 0; slot < slots; slot++) {
        gpu.device.queue.writeBuffer(value, (slot * (features + 1) + features) * ones.byteLength, ones);
      }
      const readers = memory.placement.readersOf(place);
      const isTurned = turnedFor(
        memory,
        readers.flatMap(({ name, kind }) => (kind === 'dense' ? [name] : [])),
        wantsAll,
      );
      const turned = isTurned === null ? null : room.values(`turned ${index}`, slots * features * batch, gpu.half);
      // Normalisation works its input's gradient out on the way to its own.
      const isSloped = place !== input || readers.some(({ kind }) => kind === 'batch-norm');
      const gradient = isSloped ? room.words(`gradient ${index}`, slots * features * batch) : null;
      return [place, { value, turned, isTurned, gradient }];
    }),
  );
}

/** Products over all weights of a dense layer read its input turned. */
function turnedFor({ matrices, networks }: Memory, readers: readonly string[], wantsAll: boolean): string | null {
  if (readers.length === 0) return null;
  if (wantsAll) return 'true';
  const indexes = matrices.flatMap(({ layer }, index) => (readers.includes(layer.name) ? [index] : []));
  return indexes.map((index) => `modes[${index * networks}u + at.network + slot] != ${LISTED}u`).join(' || ');
}
