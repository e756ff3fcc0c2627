import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../../../src/science/analysis/summary.ts';
import { LabError } from '../../../../src/science/errors.ts';
import { runsAlongPlan } from '../../../../src/science/experiment.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import { toBase64Url, fromBase64Url } from '../../../../src/sessions/base64.ts';
import { deflate } from '../../../../src/sessions/deflate.ts';
import { decodeLink, packLink, sessionOf } from '../../../../src/sessions/link.ts';
import { isAlong } from '../../../../src/sessions/link/along.ts';
import { branchKinds, joinSections, kinds, splitSections } from '../../../../src/sessions/link/container.ts';
import {
  addRun,
  growBranch,
  newSession,
  ownerBranch,
  planOfBranch,
  runsAlong,
  TRUNK,
  type Session,
} from '../../../../src/sessions/session.ts';
import { densityLadder } from '../../../../src/science/prune/counts.ts';
import { modelOf } from '../../../../src/science/recipe/model.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleOutcome, sampleResult } from '../sample.ts';

const ROOM = 32_000;
const noMasks = { find: () => Promise.resolve(null) };

interface WhatIf {
  readonly fromLevel: number;
  readonly changes: Readonly<Record<string, unknown>>;
}

/** A session with one what-if grown from the other, each with everything along it trained. */
function grown(trunk: Readonly<Record<string, unknown>>, whatIfs: readonly WhatIf[]): { session: Session; branchId: string } {
  let session = newSession(tinyRecipe({ name: 'Tiny', ...trunk }));
  let branchId = TRUNK;
  whatIfs.forEach(({ fromLevel, changes }, index) => {
    const recipe = tinyRecipe({ name: 'Tiny', ...trunk, ...changes });
    const parent = ownerBranch(session, branchId, fromLevel).id;
    branchId = `branch ${index}`;
    session = growBranch(session, branchId, parent, fromLevel, `what-if ${index}`, recipe);
  });
  return { session: trained(session, branchId), branchId };
}

function trained(session: Session, branchId: string): Session {
  const plan = planOfBranch(session, branchId);
  const ladder = densityLadder(plan, modelOf(plan.recipe));
  return runsAlongPlan(plan).reduce((filled, run) => {
    const owner = ownerBranch(filled, branchId, run.level);
    return addRun(filled, owner.id, {
      ...sampleResult(owner.recipe, { ...run, level: Math.min(run.level, owner.recipe.pruning.levels) }),
      ...run,
      density: ladder[run.level],
    });
  }, session);
}

const late = { rewind: { weights: { step: 20 } } };
const { session, branchId } = grown({ seeds: [1, 2], arms: ['ticket', 'random-mask'] }, [
  { fromLevel: 1, changes: { ...late, arms: ['ticket', 'reinit'] } },
  { fromLevel: 2, changes: { pruning: { levels: 4, rate: 0.5 }, seeds: [1] } },
]);

const byRun = <Run extends { seed: number; arm: string; level: number }>(runs: readonly Run[]): Run[] =>
  [...runs].sort((a, b) => `${a.seed}${a.arm}${a.level}`.localeCompare(`${b.seed}${b.arm}${b.level}`));

async function shared(of: Session, id: string, room = ROOM) {
  const { hash } = await packLink(of, room, noMasks, id);
  return decodeLink(hash ?? '');
}

const expectedOf = (of: Session, id: string) =>
  runsAlong(of, id).map((run) => ({ ...figuresOf(run), engine: run.engine, fingerprint: run.fingerprint.slice(0, 8) }));

async function forged(change: (branches: unknown) => unknown): Promise<unknown> {
  const { hash } = await packLink(session, ROOM, noMasks, branchId);
  const sections = splitSections(fromBase64Url((hash ?? '').slice(3)));
  const { inflate } = await import('../../../../src/sessions/deflate.ts');
  const text = new TextDecoder().decode(await inflate(sections.get(kinds.branches) ?? new Uint8Array(), 1e6));
  const bytes = new TextEncoder().encode(JSON.stringify(change(JSON.parse(text))));
  const joined = joinSections(new Map([...sections, [kinds.branches, await deflate(bytes)]]));
  return decodeLink(`s2.${toBase64Url(joined)}`).catch((error: unknown) => error);
}

describe('a link of a what-if', () => {
  it('brings back the branch, what it grew from, and every run along it, controls of the levels taken over included', async () => {
    const link = await shared(session, branchId);
    expect(link.recipe).toEqual(session.branches[0].recipe);
    expect(link.branches).toEqual(session.branches.slice(1).map(({ name, fromLevel, recipe }) => ({ name, fromLevel, recipe })));
    expect(link.plan).toEqual(planOfBranch(session, branchId));
    expect(byRun(link.figures)).toEqual(byRun(expectedOf(session, branchId)));
    expect(link.figures.some(({ arm, level }) => arm === 'random-mask' && level === 1)).toBe(true);
    expect(link.curves.length).toBeGreaterThan(0);
  });

  it('opens as a session in which each level belongs to the branch that trained it', async () => {
    const link = await shared(session, branchId);
    const opened = sessionOf(link);
    const shown = opened.branches[opened.branches.length - 1].id;
    expect(opened.branches.map(({ name, recipeId, fromLevel }) => [name, recipeId, fromLevel])).toEqual(
      session.branches.map(({ name, recipeId, fromLevel }) => [name, recipeId, fromLevel]),
    );
    expect(planOfBranch(opened, shown)).toEqual(link.plan);
    const along = (id: string) => [0, 1, 2, 3, 4].filter((level) => isAlong(link, opened, id, level));
    expect(opened.branches.map(({ id }) => along(id))).toEqual([
      [0, 1],
      [0, 1, 2],
      [0, 1, 2, 3, 4],
    ]);
  });

  it('holds tickets’ masks along it, bit for bit', async () => {
    const outcomes = new Map(runsAlong(session, branchId).map((run) => [run.key, sampleOutcome(tinyRecipe(), run)]));
    const notebook = { find: (key: string) => Promise.resolve(outcomes.get(key) ?? null) };
    const { hash } = await packLink(session, ROOM, notebook, branchId);
    const { masks } = await decodeLink(hash ?? '');
    expect(masks.filter(({ seed }) => seed === 1).map(({ level }) => level)).toEqual([4, 3, 2, 1]);
    for (const { seed, level, mask } of masks) {
      const run = runsAlong(session, branchId).find((one) => one.seed === seed && one.level === level && one.arm === 'ticket');
      expect(mask).toEqual(outcomes.get(run?.key ?? '')?.mask);
    }
  });

  it('is nothing but a recipe to a reader that knows of trunks only', async () => {
    const { hash } = await packLink(session, ROOM, noMasks, branchId);
    const sections = splitSections(fromBase64Url((hash ?? '').slice(3)));
    for (const kind of [kinds.figures, kinds.fingerprints, kinds.curves, kinds.masks]) expect(sections.has(kind)).toBe(false);
    expect(sections.has(branchKinds.figures)).toBe(true);
  });

  it('says how much else the session holds', async () => {
    const { left, parts } = await packLink(session, ROOM, noMasks, branchId);
    expect(left).toContainEqual({ kind: 'branches', reason: 'not-shown', count: 2 });
    expect(parts.find(({ kind }) => kind === 'branches')?.count).toBe(2);
    expect(parts.find(({ kind }) => kind === 'figures')?.count).toBe(runsAlong(session, branchId).length);
  });

  it('comes back whatever was changed, wherever it grew', async () => {
    const change: fc.Arbitrary<Partial<Recipe> | object> = fc.oneof(
      fc.constant(late),
      fc.constant({ rewind: { weights: 'final', schedule: 'final-rate' } }),
      fc.record({ pruning: fc.record({ levels: fc.integer({ min: 3, max: 6 }), rate: fc.constantFrom(0.1, 0.3, 0.5) }) }),
      fc.record({
        training: fc.record({
          batchSize: fc.constant(20),
          steps: fc.integer({ min: 30, max: 60 }),
          evaluateEvery: fc.constantFrom(7, 20),
          curveTest: fc.constant(50),
        }),
      }),
      fc.record({ seeds: fc.constantFrom([1], [1, 3], [2]) }),
      fc.record({ arms: fc.constantFrom(['ticket'], ['ticket', 'shuffled-mask']) }),
      fc.constant({}),
    );
    const whatIfs = fc
      .uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 })
      .chain((levels) => fc.tuple(...levels.sort((a, b) => a - b).map((fromLevel) => change.map((changes) => ({ fromLevel, changes })))));
    await fc.assert(
      fc.asyncProperty(change, whatIfs, async (trunk, list) => {
        const made = grown({ seeds: [1, 2], arms: ['ticket', 'random-mask'], ...trunk }, list as WhatIf[]);
        const link = await shared(made.session, made.branchId);
        expect(link.plan).toEqual(planOfBranch(made.session, made.branchId));
        expect(byRun(link.figures)).toEqual(byRun(expectedOf(made.session, made.branchId)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a link of a what-if that was made to mislead', () => {
  type Part = Record<string, unknown>;
  const each = (change: (part: Part) => Part) => (branches: unknown) => (branches as Part[]).map(change);

  it.each<readonly [string, (branches: unknown) => unknown]>([
    ['another task', each((part) => ({ ...part, changes: { task: { dataset: 'iris' } } }))],
    ['another network', each((part) => ({ ...part, changes: { model: { family: 'mlp', hidden: [9] } } }))],
    ['levels that go back', each((part) => ({ ...part, fromLevel: 1 }))],
    ['a level below all', each((part) => ({ ...part, fromLevel: -1 }))],
    ['a level beyond all', each((part) => ({ ...part, fromLevel: 1e9 }))],
    ['a part of a level', each((part) => ({ ...part, fromLevel: 1.5 }))],
    ['no branch', () => []],
    ['too many branches', () => Array.from({ length: 200 }, (_, fromLevel) => ({ name: '', fromLevel, changes: {} }))],
    ['a field of its own', each((part) => ({ ...part, parent: 'trunk' }))],
    ['a recipe that is none', each((part) => ({ ...part, changes: { pruning: { rate: 7 } } }))],
    ['an unknown section', each((part) => ({ ...part, changes: { __proto__: null, constructor: {} } }))],
    ['an endless name', each((part) => ({ ...part, name: 'x'.repeat(201) }))],
    ['nothing of the kind', () => 'branches'],
  ])('with %s is refused', async (_, change) => {
    expect(await forged(change)).toBeInstanceOf(LabError);
  });

  it('by unpacking to too much is refused', async () => {
    const { hash } = await packLink(session, ROOM, noMasks, branchId);
    const sections = splitSections(fromBase64Url((hash ?? '').slice(3)));
    const bomb = joinSections(new Map([...sections, [kinds.branches, await deflate(new Uint8Array(300_000_000))]]));
    await expect(decodeLink(`s2.${toBase64Url(bomb)}`)).rejects.toThrow(/unpacks to more than/);
  });

  it('at any letter is refused, and never read as something else', async () => {
    const { hash } = await packLink(session, ROOM, noMasks, branchId);
    const link = hash ?? '';
    for (let at = 3; at < link.length; at += 7) {
      const mangled = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
      await expect(decodeLink(mangled), `at ${at}`).rejects.toBeInstanceOf(LabError);
    }
  });
});
