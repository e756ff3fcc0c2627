/** Batch normalisation by the batch's own statistics, on dual numbers: every line of values has its derivative beside it. */
import type { Layer } from '../../models/model.ts';
import { zeros, type Dual } from './dual.ts';
import type { Pass } from './layers.ts';

export function normalise(layer: Extract<Layer, { kind: 'batch-norm' }>, x: Dual, scale: Dual, shift: Dual): Pass {
  const { channels } = layer.output;
  const size = x.value.length;
  const share = channels / size;
  const output = zeros(size);
  /** (x − mean) ÷ √(variance + ε) */
  const standard = zeros(size);
  /** 1 ÷ √(variance + ε), a channel. */
  const inverse = zeros(channels);
  for (let channel = 0; channel < channels; channel++) {
    const mean = { value: 0, slope: 0 };
    for (let index = channel; index < size; index += channels) {
      mean.value += x.value[index] * share;
      mean.slope += x.slope[index] * share;
    }
    const variance = { value: 0, slope: 0 };
    for (let index = channel; index < size; index += channels) {
      const apart = x.value[index] - mean.value;
      variance.value += apart * apart * share;
      variance.slope += 2 * apart * (x.slope[index] - mean.slope) * share;
    }
    const s = 1 / Math.sqrt(variance.value + layer.epsilon);
    const sSlope = -0.5 * s * s * s * variance.slope;
    inverse.value[channel] = s;
    inverse.slope[channel] = sSlope;
    for (let index = channel; index < size; index += channels) {
      const apart = x.value[index] - mean.value;
      standard.value[index] = apart * s;
      standard.slope[index] = (x.slope[index] - mean.slope) * s + apart * sSlope;
      output.value[index] = standard.value[index] * scale.value[channel] + shift.value[channel];
      output.slope[index] =
        standard.slope[index] * scale.value[channel] + standard.value[index] * scale.slope[channel] + shift.slope[channel];
    }
  }
  return {
    output,
    backward(dy, [dx], gradients) {
      const dScale = gradients[layer.scale];
      const dShift = gradients[layer.shift];
      for (let channel = 0; channel < channels; channel++) {
        const sum = { value: 0, slope: 0 };
        const tilt = { value: 0, slope: 0 };
        for (let index = channel; index < size; index += channels) {
          sum.value += dy.value[index];
          sum.slope += dy.slope[index];
          tilt.value += dy.value[index] * standard.value[index];
          tilt.slope += dy.slope[index] * standard.value[index] + dy.value[index] * standard.slope[index];
        }
        dShift.value[channel] += sum.value;
        dShift.slope[channel] += sum.slope;
        dScale.value[channel] += tilt.value;
        dScale.slope[channel] += tilt.slope;
        const factor = scale.value[channel] * inverse.value[channel];
        const factorSlope = scale.slope[channel] * inverse.value[channel] + scale.value[channel] * inverse.slope[channel];
        for (let index = channel; index < size; index += channels) {
          const rest = dy.value[index] - sum.value * share - standard.value[index] * tilt.value * share;
          const restSlope =
            dy.slope[index] - sum.slope * share - (standard.slope[index] * tilt.value + standard.value[index] * tilt.slope) * share;
          dx.value[index] += factor * rest;
          dx.slope[index] += factorSlope * rest + factor * restSlope;
        }
      }
    },
  };
}
