/** From a model as data to its logits. */
import { add, relu, reshape, tanh, type Tensor } from '@tensorflow/tfjs-core';
import type { Layer, Model } from '../../models/model.ts';
import { averagePool, convolve, globalAveragePool, maxPool } from './images.ts';
import { normalise, type Statistics } from './normalisation.ts';
import { product } from './product.ts';

/** Parameters and running statistics by name, each in its own shape. */
export type Values = Readonly<Record<string, Tensor>>;

/** Logits [batch][classes] of inputs [batch][height × width × channels]. Differentiable twice with respect to the parameters. */
export function forward(model: Model, values: Values, inputs: Tensor, statistics: Statistics): Tensor {
  const outputs = new Map<string, Tensor>([['input', inputs]]);
  const output = (name: string): Tensor => {
    const tensor = outputs.get(name);
    if (tensor === undefined) throw new Error(`no layer ${name} comes before its readers`);
    return tensor;
  };
  let last = inputs;
  for (const layer of model.layers) {
    last = apply(layer, layer.from.map(output), values, statistics);
    outputs.set(layer.name, last);
  }
  return reshape(last, [-1, model.classes]);
}

function apply(layer: Layer, [input, ...others]: readonly Tensor[], values: Values, statistics: Statistics): Tensor {
  switch (layer.kind) {
    case 'dense': {
      const rows = reshape(input, [-1, layer.inputs]);
      return add(product(rows, values[layer.weight], false, true), values[layer.bias]);
    }
    case 'conv2d':
      return convolve(layer, input, values[layer.weight], layer.bias === null ? null : values[layer.bias]);
    case 'max-pool':
      return maxPool(layer, input);
    case 'average-pool':
      return averagePool(layer, input);
    case 'global-average-pool':
      return globalAveragePool(layer, input);
    case 'batch-norm':
      return normalise(layer, input, values, statistics);
    case 'relu':
      return relu(input);
    case 'tanh':
      return tanh(input);
    case 'add':
      return others.reduce((sum, branch) => add(sum, branch), input);
  }
}
