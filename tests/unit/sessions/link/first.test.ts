/** Links of the first form, which nobody writes any more: worked out byte by byte. */
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../../src/sessions/bytes.ts';
import { toBase64Url } from '../../../../src/sessions/base64.ts';
import { deflate } from '../../../../src/sessions/deflate.ts';
import { decodeLink } from '../../../../src/sessions/link.ts';
import { checksumOf } from '../../../../src/sessions/link/container.ts';
import { canonicalRecipe } from '../../../../src/science/recipe/identity.ts';
import { tinyRecipe } from '../../science/recipes.ts';

/** Two levels, one arm, one seed: two runs of 100 test examples, evaluated at steps 20 and 40. */
const recipe = tinyRecipe({ pruning: { levels: 1 }, arms: ['ticket'] });

interface Columns {
  /** One bit a run. */
  readonly flags: number;
  /** Each the difference from the one before. */
  readonly correct: readonly number[];
  readonly stops: readonly number[];
  readonly correctThere: readonly number[];
}

async function linkOf({ flags, correct, stops, correctThere }: Columns): Promise<string> {
  const writer = new ByteWriter();
  writer.text('Old');
  writer.text(JSON.stringify(canonicalRecipe(recipe)));
  writer.text('sparse');
  writer.varint(1);
  writer.raw(Uint8Array.of(flags));
  for (const column of [correct, stops, correctThere]) for (const delta of column) writer.signed(delta);
  for (let run = 0; run < correct.length; run++) writer.raw(Uint8Array.of(run, 1, 2, 3));
  const body = writer.done().slice();
  writer.raw(checksumOf(body));
  return `s1.${toBase64Url(await deflate(writer.done()))}`;
}

const figuresOf = async (columns: Columns) =>
  (await decodeLink(await linkOf(columns))).figures.map(({ level, testAccuracy, earlyStop, fingerprint }) => [
    level,
    testAccuracy,
    earlyStop.step,
    earlyStop.testAccuracy,
    fingerprint,
  ]);

describe('a link of the first form', () => {
  it('has counts of correct answers and evaluations, each as its difference from the one before', async () => {
    expect(await figuresOf({ flags: 3, correct: [90, 10], stops: [2, -1], correctThere: [80, -80] })).toEqual([
      [0, 0.9, 40, 0.8, '00010203'],
      [1, 1, 20, 0, '01010203'],
    ]);
  });

  it('has what runs its bits say, and nothing that came later', async () => {
    const columns = { flags: 2, correct: [0], stops: [0], correctThere: [100] };
    expect(await figuresOf(columns)).toEqual([[1, 0, 0, 1, '00010203']]);
    expect(await decodeLink(await linkOf(columns))).toMatchObject({ name: 'Old', branches: [], curves: [], masks: [] });
  });

  it.each<[string, Partial<Columns>]>([
    ['more right answers than examples', { correct: [101, 0] }],
    ['fewer than none', { correct: [90, -91] }],
    ['a stop after the end', { stops: [3, 0] }],
    ['more right answers there than examples', { correctThere: [100, 1] }],
  ])('with %s is refused', async (_what, change) => {
    const columns = { flags: 3, correct: [90, 10], stops: [2, -1], correctThere: [80, 0], ...change };
    await expect(linkOf(columns).then(decodeLink)).rejects.toMatchObject({ subject: 'link' });
  });
});
