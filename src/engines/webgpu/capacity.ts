/** How many networks one trainer holds: as many as keep a graphics card busy, within the memory that they may take. */
import { parametersOf, volume } from '../../models/model.ts';
import type { NetworkPlan } from '../../science/trainer.ts';
import { momentsOf } from './kernels/optimizer.ts';

/** More do not make a card any busier. */
const MOST = 32;
/** Bytes that they may take together: integrated graphics share theirs with everything else. */
const MEMORY_BYTES = 512 * 1024 * 1024;
/** Weights, and about as many words again of planes and lists. */
const COPIES_OF_A_WEIGHT = 2;
/** Values, turned values and their gradient. */
const COPIES_OF_A_VALUE = 3;
const BATCH_UNIT = 16;

/** 1 to 32. An estimate: the device may still have no room for so many. */
export function capacityOf({ model, optimizer, batchSize }: NetworkPlan): number {
  const values = model.layers.reduce((sum, { output }) => sum + volume(output), volume(model.input));
  const batch = Math.ceil(batchSize / BATCH_UNIT) * BATCH_UNIT;
  const words = (COPIES_OF_A_WEIGHT + momentsOf[optimizer.type].length) * parametersOf(model) + COPIES_OF_A_VALUE * values * batch;
  return Math.max(1, Math.min(MOST, Math.floor(MEMORY_BYTES / (4 * words))));
}
