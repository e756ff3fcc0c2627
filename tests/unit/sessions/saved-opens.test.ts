/** What the lab writes, the lab reads: whatever was done to a session before. */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { consequenceOf, takeUp } from '../../../src/app/state/branching.ts';
import { recipeNamed } from '../../../src/app/state/files.ts';
import { runsOf } from '../../../src/science/experiment.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import { exportArchive, importArchive } from '../../../src/sessions/archive.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { exportSession, openSession } from '../../../src/sessions/sealed.ts';
import { copyName, fittedName, most } from '../../../src/sessions/limits.ts';
import { decodeLink, packLink, sessionOf } from '../../../src/sessions/link.ts';
import { lackOfRoom } from '../../../src/sessions/room.ts';
import {
  addRun,
  changeBranch,
  growBranch,
  newSession,
  planOfBranch,
  renameSession,
  sessionName,
  TRUNK,
  type Session,
} from '../../../src/sessions/session.ts';
import { openStore } from '../../../src/sessions/store.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleResult, sampleSession } from './sample.ts';
import { lenet } from './realistic.ts';

const recipe = tinyRecipe({ name: 'Tiny', arms: ['ticket'] });
const none = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

type Step = (session: Session, index: number) => Session;

const anyName = fc.string({ unit: fc.constantFrom('a', ' ', '=', '"', 'ö', '\u2028', '🎟', '\ud83c'), minLength: 0, maxLength: 260 });
const anyRecipe: fc.Arbitrary<Recipe> = fc
  .record({ rate: fc.constantFrom(0.1, 0.3, 0.5), levels: fc.integer({ min: 1, max: 5 }), name: anyName })
  .map(({ rate, levels, name }) => {
    const { convRate, outputRate, ...pruning } = recipe.pruning;
    return { ...tinyRecipe({ arms: ['ticket'], pruning: { ...pruning, rate, levels } }), name: fittedName(name) };
  });
const anyBranch = (session: Session, at: number): string => session.branches[at % session.branches.length].id;

/** What people and tabs do to a session. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  anyName.map(
    (name): Step =>
      (session) =>
        renameSession(session, name),
  ),
  fc.constant<Step>((session) => renameSession(session, copyName(sessionName(session)))),
  fc.tuple(anyName, fc.nat()).map(
    ([name, at]): Step =>
      (session) =>
        changeBranch(session, anyBranch(session, at), { name }),
  ),
  fc.nat().map(
    (at): Step =>
      (session) =>
        changeBranch(session, anyBranch(session, at), { pruned: at % 2 === 0 }),
  ),
  fc.tuple(anyRecipe, fc.nat(), fc.integer({ min: 0, max: 3 })).map(
    ([changed, at, level]): Step =>
      (session, index) =>
        takeUp(session, anyBranch(session, at), changed, level, () => `what-if ${index}`)?.session ?? newSession(changed),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([at, which]): Step => (session) => {
    const branch = anyBranch(session, at);
    const { recipe: own } = planOfBranch(session, branch);
    const runs = runsOf(planOfBranch(session, branch));
    return addRun(session, branch, sampleResult(own, runs[which % runs.length]));
  }),
);

const anySession = fc
  .tuple(anyName, fc.array(anyStep, { maxLength: 25 }))
  .map(([name, steps]) => steps.reduce((session, step, index) => step(session, index), newSession({ ...recipe, name })));

describe('whatever was done to a session', () => {
  it('it opens again from storage, as a file, as an archive and, its recipe and names, as a link', async () => {
    await fc.assert(
      fc.asyncProperty(anySession, fc.nat(), async (session, at) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const store = await openStore();
        await store.save('a', 0, session);
        await store.duplicate('a', 'b', copyName(sessionName(session)));
        expect((await store.load('a')).session).toEqual(session);
        expect((await store.load('b')).session.runs).toEqual(session.runs);
        expect(importSession(exportSession(session), 'mine.json')).toEqual(session);
        const zip = new Uint8Array(await (await exportArchive(session, none)).arrayBuffer());
        expect(await importArchive(zip, 'mine.zip')).toMatchObject({ session, isIntact: true });
        expect(await openSession(exportSession(session), 'mine.json')).toEqual({ session, isIntact: true });
        const { hash } = await packLink(session, 1e6, none, anyBranch(session, at));
        const opened = sessionOf(await decodeLink(hash ?? ''));
        await store.save('c', 0, opened);
        expect((await store.load('c')).session).toEqual(opened);
      }),
      { numRuns: 60, seed: 7 },
    );
  }, 120_000);
});

describe('names', () => {
  it('that are too long are cut where they come from: links, files, copies of copies', async () => {
    const hash =
      's2.Q-hChwFo3czBCQJBDAVQbOWfc4iilxRhA-IhkBGzm5lddoIgyxRoV2IbvgLe53D9F9OO1D5Ddpim9pIQ9NU3DRByU2-QEzPhpeGm6UuDXJiQpSfkyDwIdbESv-Oh1eMNQY0VhKeblQa5ne9jfAE';
    const session = sessionOf(await decodeLink(hash));
    const store = await openStore();
    await store.save('a', 0, session);
    expect((await store.load('a')).session).toEqual(session);
    expect(sessionName(session)).toBe(`${'N'.repeat(199)}…`);
    const { name, ...nameless } = recipe;
    expect(recipeNamed(JSON.stringify(nameless), `${'f'.repeat(240)}.json`).name.length).toBe(200);
    expect(copyName(copyName('c'.repeat(200)))).toMatch(/^c+… \(copy\)$/);
    expect(copyName(copyName('c'.repeat(200))).length).toBe(200);
  });

  it('never end in half a character', () => {
    for (let length = 196; length < 204; length++) expect(() => encodeURI(fittedName(`${'a'.repeat(length)}🎟🎟🎟🎟`))).not.toThrow();
  });

  it('that an older lab kept too long do not make its session unreadable', () => {
    const text = exportSession(sampleSession(recipe)).replaceAll('"Tiny"', JSON.stringify('T'.repeat(300)));
    expect(sessionName(importSession(text, 'old.json'))).toBe(`${'T'.repeat(199)}…`);
  });
});

describe('a link whose what-if could not be kept', () => {
  it('is refused with the reason: an early-bird ticket of a dense network that was not watched', async () => {
    const hash =
      's2.764UmgF7Lc1BCsIwEEZh9Cj_OosodTPXcCkupma0g0laOoOgJZfwxBJw__jeXsbvboOzPUEbEjubOAi26MoZAb6yVtAxxoAXZ03sOlfQKQa4mIMOMbaAMifJ3bhz0fwGoeQFAZOmJBV0Ga7tr2l99NBcFgMNXR7Zb9NZP9JPrf0ABokBNY0xDsIwEAT_svWBHATNvYGOElE4yRFbcuzIvhCFyH9HLuhGo9Hu80C0s4CxgfDOab7LRwLYEAZn4yQFfGAWdWlspPvSarE57Kfe5xEETUGyjYOAzbkjbD6OaQPfCOokgpGlOVTCktfo49SmQnsq4K4SNFv_90VlKeCrMYTe6uAe_ivgi6m1vn4';
    await expect(decodeLink(hash)).rejects.toMatchObject({ subject: 'link', message: expect.stringContaining('dense network') as unknown });
  });
});

describe('a session that is full', () => {
  const changed = { ...recipe, rewind: { ...recipe.rewind, kept: 'fresh' } } as const;
  const trained = sampleSession(recipe);
  const full = Array.from({ length: most.branches - 1 }).reduce<Session>(
    (session, _, index) => growBranch(session, `w${index}`, TRUNK, 1, `${index}`, changed),
    trained,
  );

  it('grows the next what-if in a session of its own, with what it grew from', async () => {
    expect(consequenceOf(full, TRUNK, changed, 1)).toBe('apart');
    const place = takeUp(full, TRUNK, changed, 1, () => 'next');
    expect(place?.isApart).toBe(true);
    expect(place?.session.branches.map(({ id }) => id)).toEqual([TRUNK, 'next']);
    expect(place?.session.runs).toEqual(trained.runs);
    expect(sessionName(place?.session ?? trained)).toBe('Tiny (copy)');
    const store = await openStore();
    await store.save('full', 0, full);
    expect((await store.load('full')).session).toEqual(full);
  });

  it('by one branch too many is not called saved, and what was saved stands', async () => {
    const store = await openStore();
    await store.save('full', 0, full);
    await expect(store.save('full', 1, growBranch(full, 'one', TRUNK, 1, 'one', changed))).rejects.toThrow(/branches/);
    expect((await store.load('full')).session).toEqual(full);
  });

  it('says so before it trains what could not be kept, and how it could', () => {
    const fine = { ...lenet(), training: { ...lenet().training, evaluateEvery: 1 } };
    expect(lackOfRoom(newSession(lenet()), TRUNK, planOfBranch(newSession(lenet()), TRUNK))).toBeNull();
    const lack = lackOfRoom(newSession(fine), TRUNK, planOfBranch(newSession(fine), TRUNK));
    expect(lack?.subject).toBe('training.evaluateEvery');
    const every = Number(/every (?<every>\d+) steps or more/.exec(lack?.message ?? '')?.groups?.every);
    const coarser = newSession({ ...fine, training: { ...fine.training, evaluateEvery: every } });
    expect(lackOfRoom(coarser, TRUNK, planOfBranch(coarser, TRUNK))).toBeNull();
  });

  it('by more text than a reader takes is not called saved, and what was saved stands', async () => {
    const store = await openStore();
    await store.save('a', 0, trained);
    const long = trained.runs[0].curve.step.length;
    const column = Array.from({ length: 400_000 }, (_, index) => 1 / (index + 3));
    const curve = {
      step: column.map((_, index) => index),
      trainLoss: column,
      validationLoss: column,
      validationAccuracy: column,
      testAccuracy: column,
    };
    const grown = { ...trained, runs: trained.runs.map((run) => ({ ...run, curve })) };
    expect(long).toBeLessThan(10);
    await expect(store.save('a', 1, grown)).rejects.toThrow(/at most 64 MB/);
    expect((await store.load('a')).session).toEqual(trained);
  });

  it('of a figure that no reader takes is not called saved', async () => {
    const store = await openStore();
    const [first, ...rest] = trained.runs;
    const odd = { ...trained, runs: [{ ...first, trainMs: Infinity }, ...rest] };
    await expect(store.save('a', 0, odd)).rejects.toThrow(/trainMs/);
  });
});
