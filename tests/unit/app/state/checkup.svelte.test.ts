import { describe, expect, it, vi } from 'vitest';
import { Checkup } from '../../../../src/app/state/checkup.svelte.ts';
import { Diverged } from '../../../../src/science/divergence.ts';
import type { RunRequest } from '../../../../src/science/experiment.ts';
import type { RunResult } from '../../../../src/science/result.ts';
import type { RunOutcome } from '../../../../src/science/run.ts';
import { decodeLink, packLink } from '../../../../src/sessions/link.ts';
import { addRun, findRun, growBranch, TRUNK, type Session } from '../../../../src/sessions/session.ts';
import type { OpenLab } from '../../../../src/worker/client.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleOutcome, sampleResult, sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ seeds: [1, 2], arms: ['ticket', 'reinit'] });
const session = sampleSession(recipe);

const sharedOf = async (of: Session, branchId = TRUNK) =>
  decodeLink((await packLink(of, 8_000, { find: () => Promise.resolve(null) }, branchId)).hash ?? '');

/** A laboratory that finds again what the session holds, changed by `change`. */
function labOf(change: (result: RunResult) => RunResult = (result) => result, of: Session = session, branchId = TRUNK) {
  const trained: string[] = [];
  const levels = new Set<number>();
  const openLab: OpenLab = ({ engine }) => {
    expect(engine).toBe('sparse');
    const client = {
      engine: session.runs[0].engine,
      arithmeticVersion: 1,
      run: ({ plan, run }: RunRequest): Promise<RunOutcome> => {
        levels.add(plan.recipe.pruning.levels);
        const found = findRun(of, branchId, run);
        if (found === undefined) return Promise.reject(new Error('not in the session'));
        trained.push(`${run.seed}/${run.arm}/${run.level}`);
        const { branch, ...result } = found;
        return Promise.resolve({ ...sampleOutcome(recipe, run), result: change(result) });
      },
      pause: () => undefined,
      resume: () => undefined,
      setTempo: () => undefined,
      cancel: () => undefined,
      dispose: () => undefined,
    };
    return Promise.resolve(client);
  };
  return { openLab, trained, levels };
}

function checkupOf(openLab: OpenLab): { check: Checkup; matched: RunOutcome[] } {
  const matched: RunOutcome[] = [];
  const check = new Checkup({
    openLab,
    schedule: (draw) => draw(),
    now: () => performance.now(),
    matched: (outcome) => matched.push(outcome),
  });
  return { check, matched };
}

describe('a checkup', () => {
  it('trains every run of the link again and finds the same bits', async () => {
    const { openLab, trained } = labOf();
    const { check, matched } = checkupOf(openLab);
    check.start(await sharedOf(session));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect(trained).toHaveLength(session.runs.length);
    expect([check.verdict, check.count('same'), check.progress]).toEqual(['same', session.runs.length, 1]);
    expect(check.basis).toEqual({ by: 'bits' });
    expect([0, 1, 2, 3].map((level) => check.ofLevel(level))).toEqual(['same', 'same', 'same', 'same']);
    expect(matched).toHaveLength(session.runs.length);
  });

  it('names the run whose bits differ, and its level', async () => {
    const { openLab } = labOf((result) =>
      result.level === 2 && result.arm === 'reinit' && result.seed === 2
        ? { ...result, fingerprint: result.fingerprint.split('').reverse().join('') }
        : result,
    );
    const { check } = checkupOf(openLab);
    check.start(await sharedOf(session));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect([check.verdict, check.count('differs')]).toEqual(['differs', 1]);
    expect(check.of({ seed: 2, arm: 'reinit', level: 2 })).toBe('differs');
    expect([check.ofLevel(1), check.ofLevel(2)]).toEqual(['same', 'differs']);
  });

  it('of a run that diverges here says so, and of what grows from it; the others are checked all the same', async () => {
    const { openLab, trained } = labOf();
    const diverging: OpenLab = async (setup, listener) => {
      const client = await openLab(setup, listener);
      const run = (request: RunRequest): Promise<RunOutcome> => {
        const { seed, arm, level } = request.run;
        return seed === 2 && arm === 'ticket' && level === 1 ? Promise.reject(new Diverged(request.run, 7)) : client.run(request);
      };
      return { ...client, run };
    };
    const { check } = checkupOf(diverging);
    check.start(await sharedOf(session));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect(check.error).toBeNull();
    const verdicts = (arm: 'ticket' | 'reinit') => [0, 1, 2, 3].map((level) => check.of({ seed: 2, arm, level }));
    expect(verdicts('ticket')).toEqual(['same', 'missing', 'missing', 'missing']);
    expect(verdicts('reinit')).toEqual([null, 'same', 'missing', 'missing']);
    expect(trained.filter((run) => run.startsWith('1/'))).toHaveLength(7);
    expect([check.verdict, check.count('missing'), check.count('same'), check.progress]).toEqual(['missing', 5, 9, 1]);
    expect([check.ofLevel(0), check.ofLevel(1)]).toEqual(['same', 'missing']);
  });

  it('compares figures where the link’s engine is another, and says so', async () => {
    const gpu = { name: 'tfjs', backend: 'webgpu', arithmeticVersion: 1, deterministic: false } as const;
    const { check, matched } = checkupOf(labOf().openLab);
    check.start(await sharedOf({ ...session, runs: session.runs.map((run) => ({ ...run, engine: gpu })) }));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect([check.verdict, check.basis?.by]).toEqual(['close', 'figures']);
    expect(matched).toEqual([]);
  });

  it('trains no level or seed that the link does not hold', async () => {
    const partial = { ...session, runs: session.runs.filter(({ level, seed }) => level < 2 && seed === 1) };
    const { openLab, trained } = labOf();
    const { check } = checkupOf(openLab);
    check.start(await sharedOf(partial));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect(trained.sort()).toEqual(['1/reinit/1', '1/ticket/0', '1/ticket/1']);
  });

  it('of an unfinished session keeps the recipe as it is: a gradual round cuts by how many there are', async () => {
    const partial = { ...session, runs: session.runs.filter(({ level }) => level < 2) };
    const { openLab, levels } = labOf();
    const { check } = checkupOf(openLab);
    check.start(await sharedOf(partial));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect([...levels]).toEqual([3]);
  });

  it('of a what-if trains the levels that it took over, too, with the controls they had', async () => {
    const changed = tinyRecipe({ seeds: [1], arms: ['ticket', 'shuffled-mask'], rewind: { weights: { step: 20 } } });
    const runs = [2, 3].flatMap((level) => changed.arms.map((arm) => ({ seed: 1, arm, level })));
    const forked = growBranch(session, 'other', TRUNK, 1, 'late', changed);
    const whole = runs.reduce((filled, run) => addRun(filled, 'other', sampleResult(changed, run)), forked);
    const { openLab, trained } = labOf((result) => result, whole, 'other');
    const { check } = checkupOf(openLab);
    check.start(await sharedOf(whole, 'other'));
    await vi.waitFor(() => expect(check.isDone).toBe(true));
    expect(check.verdict).toBe('same');
    const taken = ['1/ticket/0', '1/ticket/1', '1/reinit/1', '2/ticket/0', '2/ticket/1', '2/reinit/1'];
    const own = ['1/ticket/2', '1/shuffled-mask/2', '1/ticket/3', '1/shuffled-mask/3'];
    expect(trained.sort()).toEqual([...taken, ...own].sort());
  });

  it('that is closed forgets what it found', async () => {
    const { check } = checkupOf(labOf().openLab);
    check.start(await sharedOf(session));
    check.close();
    expect([check.isOn, check.done, check.verdict, check.ofLevel(0)]).toEqual([false, 0, null, null]);
  });
});
