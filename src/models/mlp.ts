/** Multilayer perceptrons: dense layers with an activation between them, e.g. LeNet-300-100. */
import { volume, type Layer, type Model, type Parameter, type RateGroup, type Shape } from './model.ts';

export interface MlpOptions {
  readonly family: 'mlp';
  /** Units of each hidden layer, input side first. */
  readonly hidden: readonly number[];
  readonly activation: 'relu' | 'tanh';
}

const flat = (units: number): Shape => ({ height: 1, width: 1, channels: units });

/** Layers `dense1`, `relu1`, `dense2`, … and `output`, whose parameters are `dense1/weight`, `dense1/bias`, …. */
export function mlp({ hidden, activation }: MlpOptions, input: Shape, classes: number): Model {
  const layers: Layer[] = [];
  const parameters: Parameter[] = [];
  const rateGroups: Record<string, RateGroup> = {};
  let from = 'input';
  let inputs = volume(input);

  function dense(name: string, units: number, group: RateGroup): void {
    const weight = `${name}/weight`;
    const bias = `${name}/bias`;
    layers.push({ kind: 'dense', name, from: [from], output: flat(units), inputs, units, weight, bias });
    parameters.push(
      {
        name: weight,
        layer: name,
        shape: [units, inputs],
        size: units * inputs,
        prunable: true,
        filling: { kind: 'random', fanIn: inputs, fanOut: units },
      },
      { name: bias, layer: name, shape: [units], size: units, prunable: false, filling: { kind: 'constant', value: 0 } },
    );
    rateGroups[weight] = group;
    from = name;
    inputs = units;
  }

  hidden.forEach((units, index) => {
    dense(`dense${index + 1}`, units, 'dense');
    const name = `${activation}${index + 1}`;
    layers.push({ kind: activation, name, from: [from], output: flat(units) });
    from = name;
  });
  dense('output', classes, 'output');
  return { family: 'mlp', input, classes, layers, parameters, buffers: [], rateGroups };
}
