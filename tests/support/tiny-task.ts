/** Small tasks in memory: noisy copies of one prototype a class, learnable in a few steps. */
import type { Shape } from '../../src/models/model.ts';
import { normal } from '../../src/numerics/sampling.ts';
import { permutation, stream } from '../../src/numerics/streams.ts';
import type { Batches, Inputs, Task } from '../../src/tasks/task.ts';

interface TinyOptions {
  readonly kind?: Inputs['kind'];
  readonly input?: Shape;
  readonly classes?: number;
  readonly count?: number;
  readonly seed?: number;
  /** About so much of bytes is background, 0, in some features more often than in others. */
  readonly background?: number;
}

/** All examples are there from the start. */
export function tinyTask({
  kind = 'bytes',
  input = { height: 4, width: 4, channels: 1 },
  classes = 3,
  count = 60,
  seed = 1,
  background = 0,
}: TinyOptions = {}): Task {
  const size = input.height * input.width * input.channels;
  const source = stream(seed, 'tiny-task');
  const prototypes = Array.from({ length: classes }, () => Array.from({ length: size }, () => normal(source)));
  const labels = Uint8Array.from({ length: count }, () => source.below(classes));
  const floats = new Float32Array(count * size);
  for (let example = 0; example < count; example++) {
    for (let index = 0; index < size; index++) {
      floats[example * size + index] = prototypes[labels[example]][index] + 0.5 * normal(source);
    }
  }
  const inputs: Inputs = kind === 'floats' ? { kind, values: floats } : { kind, ...asBytes(floats, input, background) };
  return { dataset: 'tiny', input, classes, count, inputs, labels, ready: () => Promise.resolve() };
}

/** Bytes around 128 but for the background, and a table that turns them back, a little differently in each channel. */
function asBytes(
  floats: Float32Array,
  { height, width, channels }: Shape,
  background: number,
): Omit<Extract<Inputs, { kind: 'bytes' }>, 'kind'> {
  const source = stream(1, 'tiny-background');
  const often = Array.from({ length: height * width * channels }, () => Math.min(1, 2 * background * source.uniform()));
  const isBackground = (at: number): boolean => background > 0 && source.uniform() < often[at % often.length];
  return {
    isOnBlack: background > 0,
    values: Uint8Array.from(floats, (value, at) => (isBackground(at) ? 0 : Math.max(0, Math.min(255, Math.round(128 + 32 * value))))),
    table: Float32Array.from({ length: 256 * channels }, (_, index) => (Math.floor(index / channels) - 128) / (32 + (index % channels))),
  };
}

/** Inputs of one example as the table makes them, worked out value by value. */
export function inputsOf(task: Task, example: number): number[] {
  const { height, width, channels } = task.input;
  return Array.from({ length: height * width * channels }, (_, index) => {
    const at = example * height * width * channels + index;
    return task.inputs.kind === 'floats'
      ? task.inputs.values[at]
      : task.inputs.table[task.inputs.values[at] * channels + (index % channels)];
  });
}

/** Batches of random examples; the array is reused from call to call, as the contract allows. */
export function tinyBatches(task: Task, batchSize: number, seed = 1): Batches {
  const reused = new Uint32Array(batchSize);
  return {
    batchSize,
    at(position) {
      reused.set(permutation(stream(seed, `order/${position}`), task.count).subarray(0, batchSize));
      return reused;
    },
  };
}
