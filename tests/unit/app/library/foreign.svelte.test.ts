/** Results that came with a file never pass for this lab's own. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { findingsOf } from '../../../../src/app/lab/evidence/findings.ts';
import { runsTable } from '../../../../src/app/lab/evidence/table.ts';
import { Checkup } from '../../../../src/app/state/checkup.svelte.ts';
import { openFile } from '../../../../src/app/library/open-file.ts';
import { claimsOf } from '../../../../src/app/shell/claims.ts';
import { Lab } from '../../../../src/app/state/lab.svelte.ts';
import { runsOf, type RunRequest } from '../../../../src/science/experiment.ts';
import { planOf } from '../../../../src/science/plan.ts';
import type { RunOutcome } from '../../../../src/science/run.ts';
import { exportArchive } from '../../../../src/sessions/archive.ts';
import { exportSession } from '../../../../src/sessions/sealed.ts';
import { addRun, newSession, TRUNK, type Session } from '../../../../src/sessions/session.ts';
import { openGuests, openShelves } from '../../../../src/sessions/shelves.ts';
import { openStore } from '../../../../src/sessions/store.ts';
import { sweepGuests } from '../../../../src/sessions/sweep.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { honest, honestOutcome } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ name: 'Tiny', arms: ['ticket', 'reinit'] });
const runs = runsOf(planOf(recipe));
const trueOutcomes = runs.map((run) => honestOutcome(recipe, run));

/** The right key, invented weights and an accuracy that nobody has ever seen; in itself it is consistent. */
const invented = trueOutcomes.map((outcome) => {
  const final = structuredClone(outcome.final);
  final.parameters['output/bias'].fill(7);
  const { accuracy } = outcome.result.metrics;
  const result = { ...outcome.result, metrics: { ...outcome.result.metrics, accuracy: { ...accuracy, test: 0.999 } } };
  return honest(recipe, { ...outcome, final, result });
});

const sessionOf = (outcomes: readonly RunOutcome[]): Session =>
  outcomes.reduce((session, { result }) => addRun(session, TRUNK, result), newSession(recipe));

async function zipOf(outcomes: readonly RunOutcome[]): Promise<File> {
  const find = (key: string) => Promise.resolve(outcomes.find(({ result }) => result.key === key) ?? null);
  return new File([await exportArchive(sessionOf(outcomes), { find })], 'theirs.zip');
}

function openTab(): { lab: Lab; trained: string[] } {
  const trained: string[] = [];
  const lab = new Lab({
    openLab: () =>
      Promise.resolve({
        engine: trueOutcomes[0].result.engine,
        arithmeticVersion: 1,
        run: ({ run }: RunRequest): Promise<RunOutcome> => {
          trained.push(`${run.arm}/${run.level}`);
          return Promise.resolve(honestOutcome(recipe, run));
        },
        pause: () => undefined,
        resume: () => undefined,
        setTempo: () => undefined,
        cancel: () => undefined,
        dispose: () => undefined,
      }),
    analyst: () => ({ answer: Promise.reject(new Error('nothing is analysed here')), cancel: () => undefined }),
    student: () => Promise.reject(new Error('nothing is studied here')),
    openStore,
    sweep: () => Promise.resolve(),
    readLink: () => Promise.reject(new Error('no link is read here')),
    leaveLink: () => undefined,
    fetchText: () => Promise.reject(new Error('nothing is fetched here')),
    memory: () => ({ getItem: () => null, setItem: () => undefined }),
    schedule: (draw) => draw(),
    now: () => performance.now(),
    newId: () => crypto.randomUUID(),
    first: recipe,
  });
  return { lab, trained };
}

/** A busy machine is no failure. */
const patient = { timeout: 20_000 };

const accuracies = (lab: Lab): number[] => lab.session.runs.map(({ metrics }) => metrics.accuracy.test);
const origins = (lab: Lab): Set<string> => new Set(lab.session.runs.map(({ origin }) => origin ?? 'here'));
const finished = async (lab: Lab): Promise<void> => {
  lab.transport.run();
  await vi.waitFor(() => expect(lab.experiment.status).toBe('done'), patient);
};

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

describe('an archive with the right keys and invented results', () => {
  it('is not reused by a session that the user runs', async () => {
    const { lab, trained } = openTab();
    expect(await openFile(lab, await zipOf(invented))).toBe(true);
    expect(accuracies(lab)).toEqual(runs.map(() => 0.999));
    lab.open.recipe(recipe);
    await finished(lab);
    expect(trained).toHaveLength(runs.length);
    expect(accuracies(lab)).not.toContain(0.999);
    expect(origins(lab)).toEqual(new Set(['here']));
  });

  it('shows its masks and weights, and says in table and data that they came with a file', async () => {
    const { lab } = openTab();
    await openFile(lab, await zipOf(invented));
    const { key } = invented[1].result;
    expect(await lab.keeper.notebook().find(key)).toBeNull();
    expect(await lab.keeper.weights(lab.session).find(key)).toEqual(invented[1]);
    const findings = findingsOf(lab);
    expect(new Set(findings.map(({ origin }) => origin))).toEqual(new Set(['file']));
    expect(runsTable(findings).rows[0].cells.map(({ text }) => text)).toContain('elsewhere (file)');
    // Another visit.
    await vi.waitFor(() => expect(lab.keeper.state).toBe('saved'), patient);
    const { lab: later } = openTab();
    await later.open.stored(lab.keeper.id);
    expect(await later.keeper.weights(later.session).find(key)).toEqual(invented[1]);
    expect(origins(later)).toEqual(new Set(['file']));
  });

  it('is trained again before anything grows from it, and told of where it comes out otherwise', async () => {
    const { lab, trained } = openTab();
    await openFile(lab, await zipOf(invented));
    await finished(lab);
    expect(trained).toHaveLength(runs.length);
    expect(origins(lab)).toEqual(new Set(['here']));
    expect(lab.notices.of('run')?.message).toContain('came out otherwise');
  });

  it('is swept away with the last session that speaks of it', async () => {
    const { lab } = openTab();
    await openFile(lab, await zipOf(invented));
    await vi.waitFor(() => expect(lab.keeper.state).toBe('saved'), patient);
    const store = await openStore();
    await sweepGuests(openShelves().library, openGuests());
    expect(await (await store.guests()).find(invented[0].result)).not.toBeNull();
    expect((await (await store.guests()).sizes()).size).toBe(runs.length);
    await store.remove(lab.keeper.id);
    await sweepGuests(openShelves().library, openGuests());
    expect(await (await store.guests()).find(invented[0].result)).toBeNull();
    expect((await (await store.guests()).sizes()).size).toBe(0);
  });
});

describe('an honest archive', () => {
  it('becomes this lab’s own run by run as its fingerprints are reproduced', async () => {
    const { lab, trained } = openTab();
    await openFile(lab, await zipOf(trueOutcomes));
    expect(origins(lab)).toEqual(new Set(['file']));
    const check = lab.checkBy((options) => new Checkup(options));
    check.start(claimsOf(lab));
    await vi.waitFor(() => expect(check.isDone).toBe(true), patient);
    expect(check.verdict).toBe('same');
    expect(origins(lab)).toEqual(new Set(['here']));
    await vi.waitFor(async () => expect(await lab.keeper.notebook().find(trueOutcomes[3].result.key)).toEqual(trueOutcomes[3]), patient);
    const before = trained.length;
    await finished(lab);
    expect(trained).toHaveLength(before);
  });

  it('is this lab’s own where it was trained here', async () => {
    const { lab } = openTab();
    await finished(lab);
    await openFile(lab, await zipOf(trueOutcomes));
    expect(origins(lab)).toEqual(new Set(['here']));
  });

  it('is no reason not to train: what diverged elsewhere is tried here', async () => {
    const { lab, trained } = openTab();
    const { key } = trueOutcomes[0].result;
    const text = exportSession({ ...newSession(recipe), diverged: [{ branch: TRUNK, key, ...runs[0], step: 1 }] });
    await openFile(lab, new File([text], 'diverged.json'));
    expect(lab.session.diverged?.map(({ origin }) => origin)).toEqual(['file']);
    await finished(lab);
    expect(trained).toHaveLength(runs.length);
    expect(lab.session.diverged ?? []).toEqual([]);
  });

  it('that was edited since is said to be, wherever it goes', async () => {
    const { lab } = openTab();
    const text = exportSession(sessionOf(trueOutcomes)).replace(/"test":0\.\d+/, '"test":0.5');
    await openFile(lab, new File([text], 'edited.json'));
    expect(origins(lab)).toEqual(new Set(['changed-file']));
    expect(exportSession(lab.session)).toContain('"origin":"changed-file"');
  });
});
