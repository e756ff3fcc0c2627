/**
 * Synaptic flow (Tanaka et al. 2020): of a network with absolute weights, zero biases and identity activations, fed with
 * ones, the share of the summed output that passes through each weight. It needs no data.
 */
import type { Model } from '../../models/model.ts';
import { getBit, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';

/**
 * |w| × ∂R/∂|w| per weight, R the sum of all outputs; zero for absent weights. The scores that enter a hidden unit sum to
 * those that leave it. For chains of dense layers. Throws where the network is something else.
 */
export function synapticFlow(model: Model, weights: Tensors, mask: Mask): Tensors {
  const dense = model.layers.flatMap((layer) => (layer.kind === 'dense' ? [layer] : []));
  if (model.family !== 'mlp') throw new RangeError('synaptic flow is defined here for chains of dense layers');
  const strength = (name: string, index: number): number => (getBit(mask[name], index) ? Math.abs(weights[name][index]) : 0);

  const arriving: Float64Array[] = [];
  let flow = new Float64Array(dense[0].inputs).fill(1);
  for (const { weight, inputs, units } of dense) {
    arriving.push(flow);
    const next = new Float64Array(units);
    for (let unit = 0; unit < units; unit++)
      for (let input = 0; input < inputs; input++) next[unit] += strength(weight, unit * inputs + input) * flow[input];
    flow = next;
  }

  const scores: Record<string, Float32Array> = {};
  let leaving = new Float64Array(dense[dense.length - 1].units).fill(1);
  for (const [layer, { weight, inputs, units }] of [...dense.entries()].reverse()) {
    const before = new Float64Array(inputs);
    scores[weight] = new Float32Array(units * inputs);
    for (let unit = 0; unit < units; unit++) {
      for (let input = 0; input < inputs; input++) {
        const index = unit * inputs + input;
        const through = strength(weight, index) * leaving[unit];
        scores[weight][index] = arriving[layer][input] * through;
        before[input] += through;
      }
    }
    leaving = before;
  }
  return scores;
}
