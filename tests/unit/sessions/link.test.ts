import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../src/science/analysis/summary.ts';
import { LabError } from '../../../src/science/errors.ts';
import { toBase64Url } from '../../../src/sessions/base64.ts';
import { deflate } from '../../../src/sessions/deflate.ts';
import { decodeLink, encodeLink } from '../../../src/sessions/link.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from './sample.ts';

const session = sampleSession(tinyRecipe({ name: 'Tiny “ünïcode”', seeds: [1, 2] }));

describe('links', () => {
  it('bring back the recipe and every run’s figures exactly', async () => {
    const shared = await decodeLink(await encodeLink(session));
    expect(shared.recipe).toEqual(session.branches[0].recipe);
    expect(shared.name).toBe('Tiny “ünïcode”');
    expect([shared.engine, shared.arithmeticVersion]).toEqual(['sparse', 1]);
    const expected = session.runs.map((run) => ({ ...figuresOf(run), fingerprint: run.fingerprint.slice(0, 8) }));
    const byRun = (list: readonly { seed: number; arm: string; level: number }[]) =>
      [...list].sort((a, b) => `${a.seed}${a.arm}${a.level}`.localeCompare(`${b.seed}${b.arm}${b.level}`));
    expect(byRun(shared.figures)).toEqual(byRun(expected));
  });

  it('of an unfinished session hold what there is', async () => {
    const partial = sampleSession(tinyRecipe(), [
      { seed: 1, arm: 'ticket', level: 0 },
      { seed: 1, arm: 'shuffled-mask', level: 2 },
    ]);
    expect((await decodeLink(await encodeLink(partial))).figures.map(({ arm, level }) => `${arm} ${level}`)).toEqual([
      'ticket 0',
      'shuffled-mask 2',
    ]);
    expect((await decodeLink(await encodeLink({ ...partial, runs: [] }))).figures).toEqual([]);
  });

  it('of 16 levels, three arms and three seeds fit in 2 000 characters', async () => {
    const big = tinyRecipe({ pruning: { levels: 15 }, seeds: [1, 2, 3], arms: ['ticket', 'reinit', 'random-mask'] });
    expect((await encodeLink(sampleSession(big))).length).toBeLessThan(2_000);
  });

  it('mangled at any place are refused, and never read as something else', async () => {
    const link = await encodeLink(session);
    const swap = (character: string) => (character === 'A' ? 'B' : 'A');
    for (let at = 0; at < link.length; at++) {
      const mangled = link.slice(0, at) + swap(link[at]) + link.slice(at + 1);
      await expect(decodeLink(mangled), `at ${at}`).rejects.toBeInstanceOf(LabError);
    }
    for (const length of [0, 2, 3, 10, link.length - 1]) await expect(decodeLink(link.slice(0, length))).rejects.toBeInstanceOf(LabError);
  });

  it('of a newer version, of another kind, and bombs are each told apart', async () => {
    await expect(decodeLink('s2.AAAA')).rejects.toThrow(/newer version/);
    await expect(decodeLink('lesson/1')).rejects.toThrow(/does not hold a session/);
    const bomb = await deflate(new Uint8Array(300_000_000));
    await expect(decodeLink(`s1.${toBase64Url(bomb)}`)).rejects.toThrow(/unpacks to more than/);
  });
});
