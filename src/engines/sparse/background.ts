/**
 * Data of which most is background, as the black around a digit: kept as what each value adds to the background's, so
 * that whatever reads it has to compute only with the rest, and adds the background's own part once.
 */
import { volume } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import { affineOf } from './affine.ts';
import type { Heap } from './heap.ts';
import type { Slot } from './slots.ts';

/** Features that `gatherAffine` takes at a time: an example must have at least so many. */
export const CHUNK = 16;

/** Bytes of a pair of the kernels' lists. */
export const PAIR = 8;

/** A byte b stands for `value` + b × `scale`. */
export interface Shift {
  readonly value: number;
  readonly scale: number;
}

/** Of images in grey on black; null for all other data. */
export function shiftOf({ inputs, input }: Task): Shift | null {
  if (inputs.kind !== 'bytes' || inputs.isOnBlack !== true || input.channels !== 1 || volume(input) < CHUNK) return null;
  const affine = affineOf(inputs.table);
  return affine === null ? null : { value: inputs.table[0], scale: Math.fround(affine.scale + affine.scaleRest) };
}

/** Addresses of pairs, and of where each list of them begins. */
interface Lists {
  readonly entries: number;
  readonly firsts: number;
}

/**
 * A batch without its background, as the kernels of background.ts find it when it is first asked for. It takes 16 bytes a
 * feature and example of a padded batch.
 */
export class Background {
  readonly features: number;
  /** Pairs (feature, value) by example, and where each example's begin. */
  private readonly ofExamples: Lists;
  /** Pairs (example, value), four lists a feature, and where each list begins. */
  private readonly ofFeatures: Lists;
  /** A byte for each feature, at its byte offset / 128: 1 where it is live. */
  readonly flags: number;
  /** Examples of a batch, padded to whole blocks. */
  readonly lanes: number;
  private live = 0;
  private addresses = 0;
  private isFlagged = false;
  private hasListedExamples = false;

  constructor(
    private readonly heap: Heap,
    private readonly input: Slot,
    readonly shift: Shift,
  ) {
    const features = volume(input.shape);
    this.features = features;
    this.lanes = input.stride / 4;
    const values = features * this.lanes;
    this.ofExamples = { entries: heap.allocate(PAIR * (values + 1)), firsts: heap.allocate(4 * (this.lanes + 1)) };
    this.ofFeatures = { entries: heap.allocate(PAIR * values), firsts: heap.allocate(4 * (4 * features + 2)) };
    this.flags = heap.allocate((features * input.stride) / 128);
  }

  /** Another batch is there, the bytes of its examples at these addresses. */
  loaded(addresses: number): void {
    this.addresses = addresses;
    this.isFlagged = false;
    this.hasListedExamples = false;
  }

  /** What share of the features is live, which `flags` names. */
  flag(): number {
    const { heap, input, features } = this;
    if (!this.isFlagged) this.live = heap.kernels.findLive(features, input.value, input.stride, this.flags);
    this.isFlagged = true;
    return this.live / features;
  }

  /** Lists the values of each example, for the pass forward. */
  listExamples(): Lists {
    const { heap, lanes, features, ofExamples } = this;
    if (!this.hasListedExamples)
      heap.kernels.listExamples(lanes, this.addresses, features, this.shift.scale, ofExamples.entries, ofExamples.firsts);
    this.hasListedExamples = true;
    return ofExamples;
  }

  /** Lists those of each feature, for the pass back. */
  listFeatures(): Lists {
    const { heap, lanes, features, ofFeatures } = this;
    const { entries, firsts } = this.listExamples();
    heap.kernels.listFeatures(lanes, features, entries, firsts, ofFeatures.entries, ofFeatures.firsts);
    return ofFeatures;
  }
}
