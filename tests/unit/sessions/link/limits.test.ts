/** Small links stay small work: counted, so that no clock decides; and what is too large is refused by name, before it is worked out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../../src/science/errors.ts';
import { runsAlongPlan } from '../../../../src/science/experiment.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { toBase64Url } from '../../../../src/sessions/base64.ts';
import { ByteWriter } from '../../../../src/sessions/bytes.ts';
import { deflate } from '../../../../src/sessions/deflate.ts';
import { MAX_LINK_BRANCHES, MAX_LINK_CHARACTERS, MAX_LINK_RUNS } from '../../../../src/sessions/limits.ts';
import { decodeLink, packLink } from '../../../../src/sessions/link.ts';
import { branchKinds, checksumOf, joinSections, kinds } from '../../../../src/sessions/link/container.ts';
import { MAX_MASK_BITS } from '../../../../src/sessions/link/masks.ts';
import { newSession } from '../../../../src/sessions/session.ts';
import { counted } from '../../../support/work.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleResult } from '../sample.ts';

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);
const every = { arms: ['ticket', 'reinit', 'random-mask', 'shuffled-mask', 'inverted-mask'], seeds: seeds(64) };
/** 16 layers, 128 gradual levels of whole units: the dearest ladder there is. */
const dearest = {
  model: { family: 'mlp', hidden: Array.from({ length: 16 }, () => 8) },
  pruning: { levels: 128, schedule: 'gradual', structure: 'neurons', rate: 0.009 },
  arms: ['ticket'],
};

const small = { family: 'mlp', hidden: [12, 8] };

/** The sections of a link, made by somebody who keeps to its form alone. */
async function forged(
  recipe: Readonly<Record<string, unknown>>,
  branches: readonly object[],
  rest: readonly [number, Uint8Array][],
): Promise<string> {
  const head = new ByteWriter();
  head.text('forged');
  // As it is told: whether it is a recipe is for the reader to find out.
  head.text(JSON.stringify({ ...tinyRecipe(), model: small, ...recipe }));
  const sections = new Map<number, Uint8Array>([[kinds.recipe, await deflate(head.done())]]);
  if (branches.length > 0) sections.set(kinds.branches, await deflate(new TextEncoder().encode(JSON.stringify(branches))));
  for (const [kind, bytes] of rest) sections.set(kind, bytes);
  return `s2.${toBase64Url(joinSections(sections))}`;
}

const whatIfs = (count: number): object[] => seeds(count).map((fromLevel) => ({ name: '', fromLevel, changes: {} }));

/** Figures whose every bit is a zero that somebody coded: of all runs, none there; with ones first, all of them. */
function figures(first: number): Uint8Array {
  const writer = new ByteWriter();
  writer.text('[{"name":"sparse","backend":null,"arithmeticVersion":1,"deterministic":true}]');
  writer.raw(new Uint8Array(40).fill(first));
  return writer.done();
}

/** A first-form link of all runs of a recipe, which deflates to almost nothing. */
async function firstForm(recipe: Readonly<Record<string, unknown>>): Promise<string> {
  const whole = tinyRecipe(recipe);
  const runs = runsAlongPlan(planOf(whole)).length;
  const body = new ByteWriter();
  for (const text of ['forged', JSON.stringify(whole), 'sparse']) body.text(text);
  body.varint(1);
  body.raw(new Uint8Array((runs + 7) >> 3).fill(255));
  body.raw(new Uint8Array(3 * runs + 4 * runs));
  const bytes = body.done();
  const all = new ByteWriter();
  all.raw(bytes);
  all.raw(checksumOf(bytes));
  return `s1.${toBase64Url(await deflate(all.done()))}`;
}

describe('a link within bounds', () => {
  it('of 127 what-ifs grown one from another is as much work as one that is 127 recipes long', async () => {
    const hash = await forged(dearest, whatIfs(127), [
      [branchKinds.figures, figures(0)],
      [branchKinds.fingerprints, new Uint8Array()],
    ]);
    const { value, total } = await counted(() => decodeLink(hash));
    expect(value.branches).toHaveLength(127);
    expect(total).toBeLessThan(1_500_000);
  });

  it('of as many runs as may be is work in proportion to them', async () => {
    const recipe = { ...every, pruning: { levels: 50 } };
    const hash = await firstForm(recipe);
    const { value, total } = await counted(() => decodeLink(hash));
    const runs = value.figures.length;
    expect([runs, runs <= MAX_LINK_RUNS]).toEqual([64 + 50 * 5 * 64, true]);
    expect(hash.length).toBeLessThan(2_000);
    expect(total).toBeLessThan(60 * runs);
  });
});

describe('a link beyond them', () => {
  const refusal = async (hash: string): Promise<{ message: string; total: number }> => {
    const { value, total } = await counted(() => decodeLink(hash).catch((error: unknown) => error));
    expect(value).toBeInstanceOf(LabError);
    return { message: (value as LabError).message, total };
  };

  it('in runs is refused by their number, before any is worked out', async () => {
    const recipe = { ...every, pruning: { levels: 128 } };
    const first = await refusal(await firstForm(recipe));
    expect(first.message).toMatch(`at most ${MAX_LINK_RUNS} runs`);
    const prints = new Uint8Array(4 * (MAX_LINK_RUNS + 1));
    const second = await refusal(
      await forged(
        recipe,
        [],
        [
          [kinds.figures, figures(255)],
          [kinds.fingerprints, prints],
        ],
      ),
    );
    expect(second.message).toMatch(`this one would hold ${MAX_LINK_RUNS + 1}`);
    // Beyond its own bytes, nothing.
    expect(second.total).toBeLessThan(20_000);
  });

  it('that tells of more runs than it has fingerprints for is refused at the first of them', async () => {
    const { message, total } = await refusal(
      await forged(
        every,
        [],
        [
          [kinds.figures, figures(255)],
          [kinds.fingerprints, new Uint8Array(40)],
        ],
      ),
    );
    expect(message).toMatch(/damaged/);
    expect(total).toBeLessThan(40_000);
  });

  it('in what-ifs is refused by their number, before any recipe is read', async () => {
    const { message, total } = await refusal(await forged({}, whatIfs(MAX_LINK_BRANCHES + 1), []));
    expect(message).toMatch(`${MAX_LINK_BRANCHES + 1} what-ifs grown one from another; at most ${MAX_LINK_BRANCHES}`);
    expect(total).toBeLessThan(20_000);
  });

  it('in characters is refused before they are decoded', async () => {
    const { message, total } = await refusal(`s2.${'A'.repeat(MAX_LINK_CHARACTERS)}`);
    expect(message).toMatch(`longer than ${MAX_LINK_CHARACTERS} characters`);
    expect(total).toBeLessThan(50);
  });

  it('in masks, of which there are no more than tickets, is refused', async () => {
    const masks = new Uint8Array(60_000);
    const { message } = await refusal(await forged({ model: { family: 'mlp', hidden: [] } }, [], [[kinds.masks, masks]]));
    expect(message).toMatch(/damaged/);
  });

  it('in runs is not written', async () => {
    const recipe = tinyRecipe({ ...every, pruning: { levels: 60 } });
    const session = newSession(recipe);
    const [one] = runsAlongPlan(planOf(recipe));
    const result = sampleResult(recipe, one);
    const runs = runsAlongPlan(planOf(recipe)).map((run) => ({ ...result, ...run, branch: session.branches[0].id }));
    const noMasks = { find: () => Promise.resolve(null) };
    await expect(packLink({ ...session, runs }, 1_000_000, noMasks)).rejects.toThrow(`at most ${MAX_LINK_RUNS} runs`);
    expect((await packLink({ ...session, runs }, 8_000, noMasks)).hash).toBeNull();
  });
});

describe('any link of 64 kB', () => {
  const bytes = (most: number) => fc.uint8Array({ maxLength: most, size: 'max' });
  const recipe = fc.record({
    model: fc.record({ family: fc.constant('mlp'), hidden: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 16 }) }),
    pruning: fc.record({
      levels: fc.integer({ min: 0, max: 128 }),
      schedule: fc.constantFrom('iterative', 'one-shot', 'gradual'),
      structure: fc.constantFrom('weights', 'neurons', 'inputs', 'blocks'),
      rate: fc.double({ min: 0, max: 0.5, noNaN: true }),
    }),
    arms: fc.constantFrom(['ticket'], every.arms),
    seeds: fc.constantFrom(seeds(1), seeds(64)),
  });
  const link = fc
    .record({ recipe, depth: fc.integer({ min: 0, max: 128 }), sections: fc.array(bytes(12_000), { minLength: 5, maxLength: 5 }) })
    .chain(({ recipe: of, depth, sections: [told, prints, curves, masks, densities] }) =>
      fc.constant(async () => {
        const own = depth === 0 ? kinds : branchKinds;
        const writer = new ByteWriter();
        writer.raw(figures(told.length % 256).subarray(0, -40));
        writer.raw(told);
        return forged(of, whatIfs(depth), [
          [own.figures, writer.done()],
          [own.fingerprints, prints],
          [own.curves, curves],
          [own.masks, masks],
          [own.densities, densities],
        ]);
      }),
    );

  /** Every mask bit that a link may hold is read one by one; of everything else there is little. */
  const MOST = 4_000_000;
  const ofMasks = ['science/mask.ts', 'sessions/link/masks.ts', 'sessions/link/range.ts'];

  it('is never more than so much work, whatever it says, and what is wrong with it is said', { timeout: 300_000 }, async () => {
    const check = async (hash: string): Promise<void> => {
      expect(hash.length).toBeLessThan(120_000);
      const { value, byFile, total } = await counted(() => decodeLink(hash).catch((error: unknown) => error));
      if (value instanceof Error) expect(value).toBeInstanceOf(LabError);
      const bits = ofMasks.reduce((sum, file) => sum + (byFile.get(file) ?? 0), 0);
      expect(total - bits).toBeLessThan(MOST);
      expect(bits).toBeLessThan(MOST + 12 * MAX_MASK_BITS);
    };
    await fc.assert(
      fc.asyncProperty(link, async (make) => check(await make())),
      { numRuns: 16 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('s1.', 's2.'), bytes(48_000), (form, some) => check(form + toBase64Url(some))),
      { numRuns: 16 },
    );
  });
});
