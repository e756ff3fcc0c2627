/** From numbered examples to the numbers a network reads. */
import { volume } from '../models/model.ts';
import type { Task } from '../tasks/task.ts';

/** Writes the inputs of `examples`, example after example; `into` may be longer, its rest is left as it is. */
export function gatherInputs(task: Task, examples: Uint32Array, into: Float32Array | Float64Array): void {
  const size = volume(task.input);
  if (task.inputs.kind === 'floats') {
    for (let row = 0; row < examples.length; row++) {
      const from = examples[row] * size;
      into.set(task.inputs.values.subarray(from, from + size), row * size);
    }
    return;
  }
  const { values, table } = task.inputs;
  const { channels } = task.input;
  for (let row = 0; row < examples.length; row++) {
    const from = examples[row] * size;
    const to = row * size;
    for (let index = 0; index < size; index++) into[to + index] = table[values[from + index] * channels + (index % channels)];
  }
}

/** Writes one row an example, 1 at its class and 0 elsewhere. */
export function gatherOneHot(task: Task, examples: Uint32Array, into: Float32Array): void {
  into.fill(0);
  for (let row = 0; row < examples.length; row++) into[row * task.classes + task.labels[examples[row]]] = 1;
}
