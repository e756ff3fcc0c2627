/** From a model as data to its logits. */
import { add, relu, reshape, tanh, type Tensor } from '@tensorflow/tfjs-core';
import type { Layer, Model } from '../../models/model.ts';
import { product } from './product.ts';

/** Parameters and running statistics by name, each in its own shape. */
export type Values = Readonly<Record<string, Tensor>>;

/** Logits [batch][classes] of inputs [batch][height × width × channels]. Differentiable twice with respect to the parameters. */
export function forward(model: Model, values: Values, inputs: Tensor): Tensor {
  const outputs = new Map<string, Tensor>([['input', inputs]]);
  const output = (name: string): Tensor => {
    const tensor = outputs.get(name);
    if (tensor === undefined) throw new Error(`no layer ${name} comes before its readers`);
    return tensor;
  };
  let last = inputs;
  for (const layer of model.layers) {
    last = apply(layer, layer.from.map(output), values);
    outputs.set(layer.name, last);
  }
  return last;
}

function apply(layer: Layer, from: readonly Tensor[], values: Values): Tensor {
  switch (layer.kind) {
    case 'dense': {
      const rows = reshape(from[0], [-1, layer.inputs]);
      return add(product(rows, values[layer.weight], false, true), values[layer.bias]);
    }
    case 'relu':
      return relu(from[0]);
    case 'tanh':
      return tanh(from[0]);
    case 'add':
      return from.reduce((sum, branch) => add(sum, branch));
    default:
      throw new Error(`no ${layer.kind} layers`);
  }
}
