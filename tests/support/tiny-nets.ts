/** Small networks with images in them, put together by hand. */
import { volume, type Buffer, type Layer, type Model, type Parameter, type Shape } from '../../src/models/model.ts';

/** Appends layers one to another, each reading the one before unless told otherwise. */
export class Builder {
  readonly layers: Layer[] = [];
  readonly parameters: Parameter[] = [];
  readonly buffers: Buffer[] = [];
  private last: { name: string; output: Shape };

  constructor(readonly input: Shape) {
    this.last = { name: 'input', output: input };
  }

  get end(): { readonly name: string; readonly output: Shape } {
    return this.last;
  }

  conv(units: number, kernel: number, stride: number, padding: number, bias = true, from = this.last): this {
    const name = `conv${this.layers.length}`;
    const { output: input } = from;
    const extent = (size: number): number => Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const output = { height: extent(input.height), width: extent(input.width), channels: units };
    const weight = this.parameter(name, 'weight', [units, kernel, kernel, input.channels], true);
    const biasName = bias ? this.parameter(name, 'bias', [units], false) : null;
    return this.push({ kind: 'conv2d', name, from: [from.name], input, output, kernel, stride, padding, weight, bias: biasName });
  }

  pool(kind: 'max-pool' | 'average-pool', size: number, stride: number): this {
    const { output: input, name: from } = this.last;
    const extent = (length: number): number => Math.floor((length - size) / stride) + 1;
    const output = { height: extent(input.height), width: extent(input.width), channels: input.channels };
    return this.push({ kind, name: `pool${this.layers.length}`, from: [from], input, output, size, stride });
  }

  globalPool(): this {
    const { output: input, name: from } = this.last;
    const output = { height: 1, width: 1, channels: input.channels };
    return this.push({ kind: 'global-average-pool', name: 'global', from: [from], input, output });
  }

  norm(): this {
    const name = `norm${this.layers.length}`;
    const { channels } = this.last.output;
    const buffer = (part: string, initial: number): string => {
      this.buffers.push({ name: `${name}/${part}`, layer: name, size: channels, initial });
      return `${name}/${part}`;
    };
    return this.push({
      kind: 'batch-norm',
      name,
      from: [this.last.name],
      output: this.last.output,
      scale: this.parameter(name, 'scale', [channels], false, 1),
      shift: this.parameter(name, 'shift', [channels], false),
      mean: buffer('mean', 0),
      variance: buffer('variance', 1),
      epsilon: 1e-5,
      momentum: 0.9,
    });
  }

  activate(kind: 'relu' | 'tanh'): this {
    return this.push({ kind, name: `${kind}${this.layers.length}`, from: [this.last.name], output: this.last.output });
  }

  add(other: { readonly name: string }): this {
    return this.push({ kind: 'add', name: `add${this.layers.length}`, from: [this.last.name, other.name], output: this.last.output });
  }

  dense(units: number): this {
    const name = `dense${this.layers.length}`;
    const inputs = volume(this.last.output);
    const weight = this.parameter(name, 'weight', [units, inputs], true);
    const bias = this.parameter(name, 'bias', [units], false);
    const output = { height: 1, width: 1, channels: units };
    return this.push({ kind: 'dense', name, from: [this.last.name], output, inputs, units, weight, bias });
  }

  model(family: string): Model {
    const rateGroups = Object.fromEntries(this.parameters.filter(({ prunable }) => prunable).map(({ name }) => [name, 'dense' as const]));
    const { input, layers, parameters, buffers } = this;
    return { family, input, classes: this.last.output.channels, layers, parameters, buffers, rateGroups };
  }

  private push(layer: Layer): this {
    this.layers.push(layer);
    this.last = layer;
    return this;
  }

  private parameter(layer: string, part: string, shape: number[], prunable: boolean, value = 0): string {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const filling = prunable
      ? ({ kind: 'random', fanIn: size / shape[0], fanOut: shape[0] } as const)
      : ({ kind: 'constant', value } as const);
    const name = `${layer}/${part}`;
    this.parameters.push({ name, layer, shape, size, prunable, filling });
    return name;
  }
}

/** Convolutions with and without stride and padding, both poolings, also overlapping and leaving a border over. */
export function tinyConvolutional(input: Shape, classes: number): Model {
  return new Builder(input)
    .conv(4, 3, 1, 1)
    .activate('tanh')
    .pool('max-pool', 2, 2)
    .conv(3, 2, 1, 0)
    .activate('relu')
    .pool('average-pool', 2, 1)
    .dense(classes)
    .model('tiny-convolutional');
}

/** Batch normalisation, a strided convolution without bias, a residual addition with a 1×1 shortcut, global pooling. */
export function tinyResidual(input: Shape, classes: number): Model {
  const builder = new Builder(input).conv(3, 3, 1, 1, false).norm().activate('tanh');
  const trunk = builder.end;
  const shortcut = builder.conv(4, 1, 2, 0, false).end;
  return builder
    .conv(4, 3, 2, 1, false, trunk)
    .norm()
    .add(shortcut)
    .activate('relu')
    .pool('max-pool', 3, 1)
    .globalPool()
    .dense(classes)
    .model('tiny-residual');
}
