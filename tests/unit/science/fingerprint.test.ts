import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { mlp } from '../../../src/models/mlp.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';

const model = mlp({ family: 'mlp', hidden: [], activation: 'relu' }, { height: 1, width: 1, channels: 2 }, 2);
const snapshot = (weight: number[], bias: number[]) => ({
  parameters: { 'output/weight': Float32Array.from(weight), 'output/bias': Float32Array.from(bias) },
  buffers: {},
});

it('is the SHA-256 of the little-endian values in canonical order', () => {
  const bytes = Buffer.alloc(24);
  [1, -2, 3.5, 0, 0.25, -0.125].forEach((value, index) => bytes.writeFloatLE(value, 4 * index));
  expect(fingerprint(model, snapshot([1, -2, 3.5, 0], [0.25, -0.125]))).toBe(createHash('sha256').update(bytes).digest('hex'));
});

it('does not tell −0 from +0, and tells everything else', () => {
  expect(fingerprint(model, snapshot([1, 2, 3, -0], [0, 0]))).toBe(fingerprint(model, snapshot([1, 2, 3, 0], [0, -0])));
  expect(fingerprint(model, snapshot([1, 2, 3, 1e-45], [0, 0]))).not.toBe(fingerprint(model, snapshot([1, 2, 3, 0], [0, 0])));
});
