/** Batches of examples: copied to the kernels' memory as they are, then turned into features × batch. */
import { volume } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

/** Words that tell the gather of one feature: where it comes from, its table, where it goes. */
const WORDS = 3;

/** Addresses and length of a list of features to gather. */
export interface FeatureList {
  readonly at: number;
  readonly count: number;
}

export class Examples {
  /** All features. */
  readonly whole: FeatureList;
  readonly labels: number;
  private readonly size: number;
  private readonly raw: number;
  private readonly table: number;

  constructor(
    private readonly heap: Heap,
    private readonly task: Task,
    private readonly input: Slot,
    private readonly padded: number,
  ) {
    const { inputs } = task;
    this.size = volume(task.input);
    this.labels = heap.allocate(padded);
    this.raw = heap.allocate(padded * this.size * inputs.values.BYTES_PER_ELEMENT);
    this.table = inputs.kind === 'bytes' ? heap.allocate(inputs.table.byteLength) : 0;
    if (inputs.kind === 'bytes') this.placeTable(inputs.table);
    const list = this.words(Array.from({ length: this.size }, (_, feature) => feature));
    this.whole = { at: heap.allocate(list.byteLength), count: this.size };
    heap.u32.set(list, this.whole.at >> 2);
  }

  /** What a list of these features is made of; `FeatureList.at` points to it once it lies in memory. */
  words(features: readonly number[]): Uint32Array {
    const { channels } = this.task.input;
    return Uint32Array.from({ length: WORDS * features.length }, (_, index) => {
      const feature = features[Math.floor(index / WORDS)];
      return [feature, this.table + 1024 * (feature % channels), this.input.offsetOf(feature)][index % WORDS];
    });
  }

  /**
   * Loads at most a padded batch of examples, of which only `features` are put in place. What pads the batch is finite
   * and reaches no result.
   */
  load(examples: Uint32Array, features: FeatureList): void {
    const { inputs, labels } = this.task;
    const { size, padded, heap } = this;
    const count = examples.length;
    const target = inputs.kind === 'bytes' ? heap.u8 : heap.f32;
    const from = inputs.kind === 'bytes' ? this.raw : this.raw >> 2;
    for (let index = 0; index < count; index++) {
      const example = examples[index];
      target.set(inputs.values.subarray(example * size, (example + 1) * size), from + index * size);
      heap.u8[this.labels + index] = labels[example];
    }
    if (count < padded) target.fill(0, from + count * size, from + padded * size);
    const gather = inputs.kind === 'bytes' ? heap.kernels.gatherBytes : heap.kernels.gatherFloats;
    gather(features.count, features.at, this.raw, size, this.input.value, this.input.stride);
  }

  /** From [byte][channel] to [channel][byte]. */
  private placeTable(table: Float32Array): void {
    const { channels } = this.task.input;
    const at = this.table >> 2;
    for (let byte = 0; byte < 256; byte++) {
      for (let channel = 0; channel < channels; channel++) this.heap.f32[at + 256 * channel + byte] = table[byte * channels + channel];
    }
  }
}
