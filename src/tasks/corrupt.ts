/**
 * Data with the signal taken out (Su et al. 2020, §3): a mask that does not mind being drawn on them has learned nothing
 * from the data. Only examples that are trained on change.
 */
import { volume } from '../models/model.ts';
import { permutation, stream, type Stream } from '../numerics/streams.ts';
import type { Inputs, Split, Task } from './task.ts';

export const corruptions = ['none', 'labels', 'pixels'] as const;
export type Corruption = (typeof corruptions)[number];

/**
 * The task with every training example's label drawn anew, or its pixels in a new order of its own; waits until all
 * examples of the split have arrived. The streams are the seed's.
 */
export async function corrupted(task: Task, corruption: Corruption, { train, validation, test }: Split, seed: number): Promise<Task> {
  if (corruption === 'none') return task;
  await Promise.all([train, validation, test].map((examples) => task.ready(examples)));
  const source = stream(seed, `corrupt/${corruption}`);
  return corruption === 'labels'
    ? { ...task, labels: randomLabels(task, train, source) }
    : { ...task, inputs: shuffledPixels(task, train, source) };
}

function randomLabels({ labels, classes }: Task, examples: Uint32Array, source: Stream): Uint8Array {
  const drawn = labels.slice();
  for (const example of examples) drawn[example] = source.below(classes);
  return drawn;
}

/** Channels of a pixel stay together. */
function shuffledPixels({ inputs, input }: Task, examples: Uint32Array, source: Stream): Inputs {
  const size = volume(input);
  const pixels = size / input.channels;
  const shuffle = <Values extends Uint8Array | Float32Array>(values: Values): Values => {
    const shuffled = values.slice() as Values;
    for (const example of examples) {
      const order = permutation(source, pixels);
      const first = example * size;
      for (let pixel = 0; pixel < pixels; pixel++)
        for (let channel = 0; channel < input.channels; channel++)
          shuffled[first + pixel * input.channels + channel] = values[first + order[pixel] * input.channels + channel];
    }
    return shuffled;
  };
  return inputs.kind === 'bytes' ? { ...inputs, values: shuffle(inputs.values) } : { ...inputs, values: shuffle(inputs.values) };
}
