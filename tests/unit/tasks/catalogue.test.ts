import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { checkSizes, datasets, findDataset } from '../../../src/tasks/catalogue.ts';

const folder = new URL('../../../datasets/', import.meta.url).pathname;

function subjectOf(act: () => unknown): [subject: string, message: string] {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return [error.subject, error.message];
  }
  throw new Error('a LabError was expected');
}

describe('the catalogue', () => {
  it('has the sets that ship and those that are made', () => {
    expect(datasets.map(({ name, pool, test, classes }) => [name, pool, test, classes])).toEqual([
      ['mnist', 60_000, 10_000, 10],
      ['fashion-mnist', 20_000, 10_000, 10],
      ['digits', 1_797, 0, 10],
      ['iris', 150, 0, 3],
      ['wine', 178, 0, 3],
      ['breast-cancer', 569, 0, 2],
      ['moons', 4_000, 1_000, 2],
      ['circles', 4_000, 1_000, 2],
      ['spiral', 4_000, 1_000, 2],
      ['xor', 4_000, 1_000, 2],
      ['gaussians', 4_000, 1_000, 2],
      ['ring', 4_000, 1_000, 8],
    ]);
  });

  it('says of each set all that people are shown and loaders need', () => {
    for (const dataset of datasets) {
      expect(dataset.classNames).toHaveLength(dataset.classes);
      expect(dataset.normalisation.mean).toHaveLength(dataset.input.channels);
      expect(dataset.normalisation.deviation).toHaveLength(dataset.input.channels);
      for (const text of [dataset.title, dataset.licence, dataset.credit, ...dataset.classNames]) expect(text).not.toBe('');
    }
    expect(findDataset('mnist')).toMatchObject({
      licence: 'CC BY-SA 3.0',
      normalisation: { scale: 255, mean: [0.1307], deviation: [0.3081] },
    });
    expect(findDataset('spiral').title).toBe('Spiral');
  });

  it('lists every packed file, with its size and hash as served', () => {
    const listed = datasets.flatMap(({ files }) => [...files.pool, ...files.test]);
    const onDisk = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.bin'));
    expect(listed.map(({ path }) => path).sort()).toEqual(onDisk.sort());
    for (const { path, bytes, sha256 } of listed) {
      const file = readFileSync(join(folder, path));
      expect([path, file.length, createHash('sha256').update(file).digest('hex')]).toEqual([path, bytes, sha256]);
      // gzip without a time and without the system's name
      expect([...file.subarray(0, 2), ...file.subarray(4, 8), file[9]]).toEqual([0x1f, 0x8b, 0, 0, 0, 0, 255]);
    }
  });

  it('counts in its files as many examples as it promises, in shards of 10 000 where there are several', () => {
    for (const { files, pool, test } of datasets.filter((dataset) => dataset.files.pool.length > 0)) {
      expect(files.pool.reduce((sum, { count }) => sum + count, 0)).toBe(pool);
      expect(files.test.reduce((sum, { count }) => sum + count, 0)).toBe(test);
      if (files.pool.length > 1) expect(new Set(files.pool.map(({ count }) => count))).toEqual(new Set([10_000]));
    }
  });

  it('names the sets there are where one is unknown', () => {
    const [subject, message] = subjectOf(() => findDataset('cifar-10'));
    expect(subject).toBe('task.dataset');
    expect(message).toContain('cifar-10');
    for (const { name } of datasets) expect(message).toContain(name);
  });
});

describe('sizes', () => {
  const check = (name: string, train: number, validation: number, test: number) => () =>
    checkSizes(findDataset(name), { train, validation, test });

  it('may use up the set and no more', () => {
    for (const [train, validation, test] of [
      [55_000, 5_000, 10_000],
      [59_999, 1, 1],
      [1, 59_999, 10_000],
    ])
      expect(check('mnist', train, validation, test)).not.toThrow();
    expect(check('digits', 1_300, 200, 297)).not.toThrow();
    expect(check('digits', 1, 1, 1_795)).not.toThrow();
  });

  it.each([
    ['mnist', 60_000, 1, 1, 'task.train', '59999'],
    ['mnist', 55_000, 5_001, 10_000, 'task.validation', '5000'],
    ['mnist', 100, 100, 10_001, 'task.test', '10000'],
    ['fashion-mnist', 20_001, 100, 100, 'task.train', '19999'],
    ['digits', 1_796, 1, 1, 'task.train', '1795'],
    ['digits', 1_300, 497, 1, 'task.validation', '496'],
    ['digits', 1_300, 200, 298, 'task.test', '297'],
    ['spiral', 3_000, 1_500, 1_000, 'task.validation', '1000'],
  ])('%s cannot give %i, %i and %i: %s can be at most %s', (name, train, validation, test, field, most) => {
    const [subject, message] = subjectOf(check(name, train, validation, test));
    expect(subject).toBe(field);
    expect(message).toContain(`at most ${most}`);
    expect(message).toContain(field);
  });
});
