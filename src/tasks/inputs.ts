/** Room for a task's inputs, and how values enter it: bytes as they are, beside a table; floats normalised. */
import { volume } from '../models/model.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { Dataset, Normalisation } from './dataset.ts';
import type { Inputs } from './task.ts';

type Normalise = Recipe['task']['normalise'];

/** Zeros for all examples of a set, its table filled. */
export function emptyInputs(dataset: Dataset, normalise: Normalise): Inputs {
  const size = (dataset.pool + dataset.test) * volume(dataset.input);
  if (dataset.bytesPerValue !== 1) return { kind: 'floats', values: new Float32Array(size) };
  const { isOnBlack } = dataset;
  return { kind: 'bytes', values: new Uint8Array(size), table: byteTable(dataset, normalise), isOnBlack };
}

/** What each byte stands for in each channel: `table[byte × channels + channel]`. */
function byteTable({ input: { channels }, normalisation }: Dataset, normalise: Normalise): Float32Array {
  return Float32Array.from({ length: 256 * channels }, (_, index) =>
    value(Math.floor(index / channels), index % channels, normalisation, normalise),
  );
}

/** Writes values as measured (float32, canonical order) from `offset` on. */
export function setFloats(into: Float32Array, offset: number, measured: Float32Array, dataset: Dataset, normalise: Normalise): void {
  const { channels } = dataset.input;
  for (let index = 0; index < measured.length; index++)
    into[offset + index] = value(measured[index], index % channels, dataset.normalisation, normalise);
}

function value(measured: number, channel: number, { scale, mean, deviation }: Normalisation, normalise: Normalise): number {
  const scaled = measured / scale;
  return normalise === 'none' ? scaled : (scaled - mean[channel]) / deviation[channel];
}
