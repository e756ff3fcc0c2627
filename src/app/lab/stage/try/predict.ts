/** What networks answer to images. */
import { featureMajor, logits, softmax, type Values } from '../../../../models/forward.ts';
import type { Model } from '../../../../models/model.ts';
import type { Sliceable } from '../../../slices.ts';

/** Images of a block; a few milliseconds of a LeNet. */
const BLOCK = 16;

/** The class of the highest share (the first, where several are). */
export const winner = (shares: Float32Array): number => shares.reduce((best, share, label) => (share > shares[best] ? label : best), 0);

/** Probability of each class for one image. */
export const sharesOf = (model: Model, values: Values, inputs: Float32Array): Float32Array => softmax(logits(model, values, inputs, 1), 1);

/** The class that each of some images is taken for; inputs image after image. */
export function* labelsOf(model: Model, values: Values, inputs: Float32Array, count: number): Sliceable<Uint8Array> {
  const labels = new Uint8Array(count);
  const size = inputs.length / count;
  for (let from = 0; from < count; from += BLOCK) {
    const batch = Math.min(BLOCK, count - from);
    const scores = logits(model, values, featureMajor(inputs.subarray(from * size, (from + batch) * size), batch), batch);
    for (let image = 0; image < batch; image++)
      labels[from + image] = winner(Float32Array.from({ length: model.classes }, (_, label) => scores[label * batch + image]));
    yield;
  }
  return labels;
}
