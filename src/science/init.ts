/** θ0: the weights before any training, from a named stream of the seed. */
import { parametersOf, type Model, type Parameter } from '../models/model.ts';
import { normal, symmetric } from '../numerics/sampling.ts';
import { stream } from '../numerics/streams.ts';
import { Memo } from './memo.ts';
import type { Initialiser } from './recipe/schema.ts';
import type { Snapshot } from './tensors.ts';

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Standard deviation of the weights an initialiser draws. Normal ones are untruncated; uniform ones reach to
 * √3 deviations either way. Glorot & Bengio 2010: variance 2/(in+out). Kaiming, He et al. 2015: 2/in.
 */
export const deviations: Readonly<Record<Initialiser, (fans: Fans) => number>> = {
  'glorot-normal': ({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut)),
  'glorot-uniform': ({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut)),
  'kaiming-normal': ({ fanIn }) => Math.sqrt(2 / fanIn),
  'kaiming-uniform': ({ fanIn }) => Math.sqrt(2 / fanIn),
};

/** Numbers of all inits that are remembered together. */
const MOST_NUMBERS = 4_000_000;
const inits = new Memo<readonly Float32Array[]>(MOST_NUMBERS);

/** A fresh network. Every parameter draws from a stream of its own, so that no layer disturbs another. */
export function initialise(model: Model, initialiser: Initialiser, seed: number, streamName = 'init'): Snapshot {
  const { parameters } = model;
  const drawn = inits.get([parameters, initialiser, seed, streamName], parametersOf(model), () =>
    parameters.map((parameter) => fill(parameter, initialiser, seed, `${streamName}/${parameter.name}`)),
  );
  return {
    parameters: Object.fromEntries(parameters.map(({ name }, index) => [name, drawn[index].slice()])),
    buffers: Object.fromEntries(model.buffers.map(({ name, size, initial }) => [name, new Float32Array(size).fill(initial)])),
  };
}

function fill({ size, filling }: Parameter, initialiser: Initialiser, seed: number, streamName: string): Float32Array {
  const values = new Float32Array(size);
  if (filling.kind === 'constant') return values.fill(filling.value);
  const deviation = deviations[initialiser](filling);
  const source = stream(seed, streamName);
  if (initialiser.endsWith('normal')) {
    for (let index = 0; index < size; index++) values[index] = deviation * normal(source);
  } else {
    const limit = Math.sqrt(3) * deviation;
    for (let index = 0; index < size; index++) values[index] = symmetric(source, limit);
  }
  return values;
}
