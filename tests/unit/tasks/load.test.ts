import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { datasets, findDataset } from '../../../src/tasks/catalogue.ts';
import { openPacked } from '../../../src/tasks/inflate.ts';
import { openTask, type Source } from '../../../src/tasks/load.ts';
import { splitFor } from '../../../src/tasks/split.ts';
import type { Task } from '../../../src/tasks/task.ts';
import { nodeSource } from '../../support/node-source.ts';

const quiet = (): void => undefined;
const asked = (dataset: string, train: number, validation: number, test: number, normalise: 'dataset' | 'none' = 'dataset') => ({
  dataset,
  train,
  validation,
  test,
  normalise,
  augment: [],
});
/** Everything there is of a set. */
function whole(name: string) {
  const { pool, test } = findDataset(name);
  return test > 0 ? asked(name, pool - 1, 1, test) : asked(name, pool - 2, 1, 1);
}
const numbers = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, index) => from + index);
const valueAt = ({ inputs, input: { channels } }: Task, index: number): number =>
  inputs.kind === 'bytes' ? inputs.table[inputs.values[index] * channels + (index % channels)] : inputs.values[index];

/** The repository's files, remembered as read, some of them changed. */
function source(change: (path: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes) {
  const read: string[] = [];
  const altered: Source = {
    async read(path, onBytes) {
      read.push(path);
      return change(path, await nodeSource.read(path, onBytes));
    },
  };
  return { ...altered, opened: read };
}

async function errorOf(promise: Promise<unknown>): Promise<LabError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabError) return error;
  throw new Error(`a LabError was expected, not ${String(error)}`);
}

describe('MNIST', () => {
  let mnist: Task;
  beforeAll(async () => {
    mnist = await openTask(whole('mnist'), nodeSource, quiet);
    await mnist.ready(numbers(0, mnist.count));
  });

  it('is the one of the paper: first labels, images and counts of each digit', () => {
    expect([...mnist.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...mnist.labels.subarray(60_000, 60_010)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const counts = (labels: Uint8Array): number[] =>
      Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
    expect(counts(mnist.labels.subarray(0, 60_000))).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(mnist.labels.subarray(60_000))).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // Row 5 of the first five.
    expect([...mnist.inputs.values.subarray(5 * 28 + 12, 5 * 28 + 24)]).toEqual([3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127]);
  });

  it('keeps its images as bytes, with a table of what they stand for', () => {
    const { inputs } = mnist;
    if (inputs.kind !== 'bytes') throw new Error('bytes were expected');
    expect(inputs.values).toHaveLength(70_000 * 784);
    expect(inputs.table).toHaveLength(256);
    expect(inputs.table[0]).toBeCloseTo(-0.4242, 4);
    expect(inputs.table[255]).toBeCloseTo(2.8215, 4);
  });
});

describe('a task', () => {
  it.each(datasets.map(({ name }) => name))('%s is normalised: mean 0 and standard deviation 1 of each channel', async (name) => {
    const task = await openTask(whole(name), nodeSource, quiet);
    const { pool, input, files } = findDataset(name);
    await task.ready(numbers(0, pool));
    const { channels } = input;
    const values = pool * input.height * input.width;
    // A made set has the deviation of its distribution, known to two digits, not of its sample.
    const digits = files.pool.length === 0 ? 0.05 : 0.001;
    for (let channel = 0; channel < channels; channel++) {
      let [sum, squares] = [0, 0];
      for (let index = channel; index < values * channels; index += channels) {
        const value = valueAt(task, index);
        sum += value;
        squares += value * value;
      }
      const mean = sum / values;
      expect(Math.abs(mean)).toBeLessThan(digits);
      expect(Math.abs(Math.sqrt(squares / values - mean * mean) - 1)).toBeLessThan(digits);
    }
    expect(task.labels.subarray(0, pool).every((label) => label < task.classes)).toBe(true);
  });

  it('that is not normalised has grey values from 0 to 1 and features as measured', async () => {
    const { inputs } = await openTask(asked('digits', 100, 10, 10, 'none'), nodeSource, quiet);
    if (inputs.kind !== 'bytes') throw new Error('bytes were expected');
    expect([...inputs.table.subarray(0, 17)]).toEqual(Array.from({ length: 17 }, (_, grey) => grey / 16));
    // The first image's first row, and the first flower, as in the originals.
    expect([...inputs.values.subarray(0, 8)]).toEqual([0, 0, 5, 13, 9, 1, 0, 0]);
    const iris = await openTask(asked('iris', 100, 10, 10, 'none'), nodeSource, quiet);
    expect([...iris.inputs.values.subarray(0, 4)]).toEqual([5.1, 3.5, 1.4, 0.2].map(Math.fround));
    expect(iris.labels[149]).toBe(2);
    const wine = await openTask(asked('wine', 100, 10, 10, 'none'), nodeSource, quiet);
    expect(wine.inputs.values[12]).toBe(1065);
    const cancer = await openTask(asked('breast-cancer', 100, 10, 10, 'none'), nodeSource, quiet);
    expect(cancer.labels.filter((label) => label === 0)).toHaveLength(212);
  });

  it('reads only the shards that its sizes need, and counts their bytes', async () => {
    const files = source();
    const seen: [loaded: number, total: number][] = [];
    const sizes = asked('mnist', 10_000, 1_000, 10_000);
    const task = await openTask(sizes, files, (loaded, total) => seen.push([loaded, total]));
    const { train, validation, test } = splitFor('mnist', sizes, 3);
    await Promise.all([train, validation, test].map((examples) => task.ready(examples)));
    expect(files.opened).toEqual(['mnist/train-0.bin', 'mnist/train-1.bin', 'mnist/test.bin']);
    const total = 1_612_671 + 1_603_447 + 1_603_978;
    expect(seen.at(-1)).toEqual([total, total]);
    expect(seen.every(([loaded, all]) => all === total && loaded <= total)).toBe(true);
    await expect(task.ready(Uint32Array.of(25_000))).rejects.toThrow('25000');
  });

  it('is open when its first shard is there, while the others are still on their way', async () => {
    let release = quiet;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const task = await openTask(
      asked('fashion-mnist', 15_000, 1_000, 100),
      {
        read: async (path, onBytes) => {
          if (!path.endsWith('train-0.bin')) await gate;
          return nodeSource.read(path, onBytes);
        },
      },
      quiet,
    );
    await task.ready(numbers(0, 10_000));
    expect(task.labels.subarray(0, 3)).toEqual(Uint8Array.of(9, 0, 0));
    let late = false;
    const waiting = task.ready(Uint32Array.of(5, 10_000)).then(() => (late = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(late).toBe(false);
    release();
    await waiting;
    await task.ready(numbers(20_000, 20_100));
    expect(task.labels.subarray(20_000, 20_005)).toEqual(Uint8Array.of(9, 2, 1, 1, 6));
  });

  it('that is made is there at once and asks no source', async () => {
    const task = await openTask(asked('xor', 1_000, 100, 100), { read: () => Promise.reject(new Error('no source')) }, quiet);
    await task.ready(numbers(0, 5_000));
    expect([task.count, task.inputs.values.length]).toEqual([5_000, 10_000]);
  });

  it('is refused, by field, where set or sizes cannot be', async () => {
    expect((await errorOf(openTask(asked('cifar', 1, 1, 1), nodeSource, quiet))).subject).toBe('task.dataset');
    expect((await errorOf(openTask(asked('iris', 1, 150, 1), nodeSource, quiet))).subject).toBe('task.validation');
  });
});

describe('a file that is not as it should be', () => {
  const digits = asked('digits', 100, 10, 10);
  const failing = (change: (bytes: Uint8Array) => Uint8Array) =>
    errorOf(
      openTask(
        digits,
        source((_, bytes) => change(bytes)),
        quiet,
      ),
    );

  it('is named when it is cut short, too long, changed or missing', async () => {
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 20_000 ? byte ^ 1 : byte));
    const missing: Source = { read: () => Promise.reject(new Error('404')) };
    for (const [error, says] of [
      [await failing((bytes) => bytes.subarray(0, -1)), '43483 bytes'],
      [await failing(() => new Uint8Array()), '0 bytes'],
      [await failing((bytes) => new Uint8Array([...bytes, 0])), '43485 bytes'],
      [await failing(flipped), 'SHA-256'],
      [await errorOf(openTask(digits, missing, quiet)), '404'],
    ] as const) {
      expect(error.subject).toBe('digits/all.bin');
      expect(error.message).toContain('digits/all.bin');
      expect(error.message).toContain(says);
    }
  });

  it('keeps the error of a source that says more itself', async () => {
    const offline = new LabError('You are offline.', 'digits/all.bin');
    expect(await errorOf(openTask(digits, { read: () => Promise.reject(offline) }, quiet))).toBe(offline);
  });

  it('fails those who wait for its examples and nobody else, and may come right later', async () => {
    let broken = true;
    const files = source((path, bytes) => (broken && path.endsWith('train-1.bin') ? bytes.subarray(1) : bytes));
    const task = await openTask(asked('fashion-mnist', 15_000, 1_000, 100), files, quiet);
    const error = await errorOf(task.ready(numbers(0, 12_000)));
    expect(error.subject).toBe('fashion-mnist/train-1.bin');
    await task.ready(numbers(0, 10_000));
    await task.ready(numbers(20_000, 20_010));
    expect((await errorOf(task.ready(Uint32Array.of(11_000)))).subject).toBe('fashion-mnist/train-1.bin');
    broken = false;
    await task.ready(numbers(0, 12_000));
    expect(task.labels[19_999]).toBeLessThan(10);
    expect(files.opened.filter((path) => path.endsWith('train-0.bin'))).toHaveLength(1);
  });

  it('that nobody waits for is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): number => unhandled.push(reason);
    process.on('unhandledRejection', note);
    await openTask(
      asked('mnist', 10_000, 1_000, 100),
      source((path, bytes) => (path.endsWith('-0.bin') ? bytes : bytes.subarray(1))),
      quiet,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('is refused when it holds anything but what the manifest says, however it inflates', async () => {
    const iris = findDataset('iris');
    const good = new Uint8Array(gunzipSync(readFileSync(new URL('../../../datasets/iris/all.bin', import.meta.url))));
    const entry = (zip: Uint8Array) => ({
      path: 'iris/all.bin',
      bytes: zip.length,
      sha256: createHash('sha256').update(zip).digest('hex'),
      count: 150,
    });
    const refused = async (content: Uint8Array, zip = gzipSync(content)): Promise<LabError> => errorOf(openPacked(iris, entry(zip), zip));
    const at = (index: number, byte: number): Uint8Array => good.map((old, other) => (other === index ? byte : old));
    for (const content of [
      at(0, 0),
      at(4, 2),
      at(6, 1),
      at(8, 151),
      at(12, 2),
      at(16, 5),
      at(18, 4),
      at(20, 3),
      good.subarray(0, -1),
      new Uint8Array(2 ** 24),
    ])
      expect((await refused(content)).message).toContain('iris/all.bin');
    expect((await refused(good, Buffer.from('not gzip at all'))).message).toContain('iris/all.bin');
    expect((await refused(good, gzipSync(good).subarray(0, -9))).message).toContain('iris/all.bin');
    const zip = gzipSync(good);
    expect((await openPacked(iris, entry(zip), zip)).labels).toHaveLength(150);
  });
});
