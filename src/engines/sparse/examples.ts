/** Batches of examples: copied to the kernels' memory as they are, once, and turned into features × batch for each step. */
import { volume } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import type { Gather } from './gather.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

/**
 * Bytes of examples that stay in the kernels' memory, so that a step copies none (it takes a fifth off a step at 1 % kept);
 * those beyond are copied whenever a batch has them.
 */
const KEPT_BYTES = 2 ** 26;

/** Address and number of entries of a list of features to gather. */
export interface FeatureList {
  readonly at: number;
  readonly count: number;
}

export class Examples {
  /** All features. */
  readonly whole: FeatureList;
  readonly labels: number;
  /** Bytes of one value, and of one example. */
  private readonly width: number;
  private readonly size: number;
  /** Where each example of the batch lies: an address a lane. */
  private readonly lanes: number;
  /** The first examples stay where they were copied: whether they have come, and the first one's address. */
  private readonly isHere: Uint8Array;
  private readonly kept: number;
  /** Room for a batch's other examples. */
  private readonly passing: number;

  constructor(
    private readonly heap: Heap,
    private readonly task: Task,
    private readonly input: Slot,
    private readonly padded: number,
    private readonly gather: Gather,
  ) {
    const { inputs, input: shape, count } = task;
    this.width = inputs.values.BYTES_PER_ELEMENT;
    this.size = volume(shape) * this.width;
    const kept = Math.min(count, Math.floor(KEPT_BYTES / this.size));
    this.isHere = new Uint8Array(kept);
    this.kept = heap.allocate(kept * this.size);
    this.passing = kept < count ? heap.allocate(padded * this.size) : 0;
    this.labels = heap.allocate(padded);
    this.lanes = heap.allocate(4 * padded);
    this.whole = this.place(Array.from({ length: volume(shape) }, (_, feature) => feature));
  }

  /** A list of these features, ascending, in memory until it is freed. */
  place(features: readonly number[]): FeatureList {
    const entries = this.gather.entriesOf(features);
    const words = Uint32Array.from(entries.flat());
    const at = this.heap.allocate(words.byteLength);
    this.heap.u32.set(words, at >> 2);
    return { at, count: entries.length };
  }

  /**
   * Loads at most a padded batch of examples, of which `features`, and perhaps some beside them, are put in place. What
   * pads the batch is finite and reaches no result.
   */
  load(examples: Uint32Array, features: FeatureList): void {
    const { labels } = this.task;
    const { heap, padded } = this;
    const lanes = this.lanes >> 2;
    for (let lane = 0; lane < padded; lane++) {
      // The first example once more where there is none.
      const example = lane < examples.length ? examples[lane] : examples[0];
      const at = this.addressOf(example, lane);
      heap.u32[lanes + lane] = at;
      heap.u8[this.labels + lane] = labels[example];
    }
    this.gather.run(features.count, features.at, this.lanes);
    this.input.background?.loaded(this.lanes);
  }

  /** Where an example lies now, copied if need be. */
  private addressOf(example: number, lane: number): number {
    const { isHere, size } = this;
    const stays = example < isHere.length;
    const at = stays ? this.kept + example * size : this.passing + lane * size;
    if (stays && isHere[example] === 1) return at;
    this.copy(example, at);
    if (stays) isHere[example] = 1;
    return at;
  }

  private copy(example: number, to: number): void {
    const { values } = this.task.inputs;
    const length = this.size / this.width;
    const target = this.width === 1 ? this.heap.u8 : this.heap.f32;
    target.set(values.subarray(example * length, (example + 1) * length), to / this.width);
  }
}
