import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Diverged, missingOf, type Divergence, type Marks } from '../../../src/science/divergence.ts';
import { conduct, runsOf, type Laboratory, type RunRequest } from '../../../src/science/experiment.ts';
import { planOf, type Plan } from '../../../src/science/plan.ts';
import { runKey } from '../../../src/science/recipe/identity.ts';
import { sourcePlan } from '../../../src/science/transfer.ts';
import type { RunId } from '../../../src/science/result.ts';
import { LabService } from '../../../src/worker/service.ts';
import { sampleOutcome } from '../sessions/sample.ts';
import { MemoryNotebook } from './notebook.ts';
import { tinyRecipe } from './recipes.ts';

const nameOf = ({ seed, arm, level }: RunId): string => `${seed} ${arm} ${level}`;
const requested = ({ run, isSource }: RunRequest): string => `${isSource === true ? 'source ' : ''}${nameOf(run)}`;

/** Trains nothing; runs of these names diverge, all at step 7. */
class Fragile implements Laboratory {
  readonly arithmeticVersion = 1;
  readonly asked: string[] = [];
  constructor(private readonly breaking: readonly string[]) {}

  async run(request: RunRequest) {
    const name = requested(request);
    this.asked.push(name);
    await Promise.resolve();
    if (this.breaking.includes(name)) throw new Diverged(request.run, 7);
    const outcome = sampleOutcome(request.plan.recipe, request.run);
    return { ...outcome, result: { ...outcome.result, key: runKey(request.plan, request.run, 1) } };
  }
}

class MarkList implements Marks {
  constructor(readonly all: Divergence[] = []) {}
  find = (key: string) => this.all.find((mark) => mark.key === key);
  keep = (mark: Divergence) => void this.all.push(mark);
}

async function conducted(plan: Plan, breaking: readonly string[], known: readonly Divergence[] = [], notebook = new MemoryNotebook()) {
  const laboratory = new Fragile(breaking);
  const marks = new MarkList([...known]);
  const found: RunId[] = [];
  await conduct(plan, laboratory, notebook, (run) => found.push(run), runsOf(plan), marks);
  const names = found.map(nameOf).sort();
  const left = runsOf(plan).filter((run) => !names.includes(nameOf(run)));
  const missing = missingOf(plan, left, marks.all);
  // Whatever has no result has a reason, and only that.
  expect(missing.map(({ run }) => run)).toEqual(left);
  return { asked: laboratory.asked.sort(), names, marks: marks.all.slice(known.length), missing, notebook };
}

const arms = ['ticket', 'reinit', 'random-mask'] as const;
const recipe = tinyRecipe({ arms, seeds: [1, 2], pruning: { levels: 3 } });

describe('a run that diverges', () => {
  it('is marked; later levels of its seed are left out, controls of its own level and the other seed go on', async () => {
    const { names, marks, missing } = await conducted(planOf(recipe), ['2 ticket 1']);
    expect(marks).toEqual([
      { seed: 2, arm: 'ticket', level: 1, step: 7, key: runKey(planOf(recipe), { seed: 2, arm: 'ticket', level: 1 }, 1) },
    ]);
    expect(names.filter((name) => name.startsWith('1'))).toHaveLength(1 + 3 * 3);
    expect(names.filter((name) => name.startsWith('2'))).toEqual(['2 random-mask 1', '2 reinit 1', '2 ticket 0']);
    expect(new Set(missing.map(({ cause }) => cause))).toEqual(new Set(marks));
  });

  it('as a control stops nothing but itself', async () => {
    const { names, marks } = await conducted(planOf(recipe), ['1 reinit 2']);
    expect(names).toHaveLength(runsOf(planOf(recipe)).length - 1);
    expect(marks.map(nameOf)).toEqual(['1 reinit 2']);
  });

  it('as a dense network leaves nothing of its seed', async () => {
    const { names } = await conducted(planOf(recipe), ['1 ticket 0']);
    expect(new Set(names.map((name) => name[0]))).toEqual(new Set(['2']));
    expect(names).toHaveLength(1 + 3 * 3);
  });

  it('in one shot stops nothing but itself, since all levels are cut from the dense network', async () => {
    const atOnce = planOf(tinyRecipe({ arms, pruning: { levels: 3, schedule: 'one-shot' } }));
    expect((await conducted(atOnce, ['1 ticket 1'])).names).toHaveLength(3 * 3);
  });

  it('is known the next time, and not trained again until its mark is lifted', async () => {
    const { marks, notebook } = await conducted(planOf(recipe), ['2 ticket 1']);
    const again = await conducted(planOf(recipe), [], marks, notebook);
    expect(again.asked).toEqual([]);
    expect(again.marks).toEqual(marks);
    const lifted = await conducted(planOf(recipe), [], [], notebook);
    expect(lifted.asked).toHaveLength(1 + 2 * 3);
    expect(lifted.missing).toEqual([]);
  });

  it('takes with it the what-ifs that grow from it, and no others', async () => {
    const trunk = planOf(recipe);
    const late: Plan = {
      recipe: tinyRecipe({ ...recipe, rewind: { weights: 'final', schedule: 'final-rate' } }),
      from: { plan: trunk, level: 2 },
    };
    expect((await conducted(late, ['1 ticket 2'])).names.filter((name) => name.startsWith('1'))).toEqual(['1 ticket 0', '1 ticket 1']);
    const early: Plan = { ...late, from: { plan: trunk, level: 1 } };
    expect((await conducted(early, ['1 ticket 2'])).names.filter((name) => name.startsWith('1'))).toEqual([
      ...['1 random-mask 2', '1 reinit 2', '1 ticket 0', '1 ticket 1'],
    ]);
  });

  it('as a source is marked as one; what takes its ticket is left out, the seed’s own dense network stands', async () => {
    const plan = planOf(tinyRecipe({ arms, seeds: [1, 2], transfer: { training: { optimizer: { type: 'sgd', learningRate: 0.05 } } } }));
    const { names, marks } = await conducted(plan, ['source 2 ticket 1']);
    const source = sourcePlan(plan) ?? plan;
    expect(marks).toEqual([
      { seed: 2, arm: 'ticket', level: 1, step: 7, isSource: true, key: runKey(source, { seed: 2, arm: 'ticket', level: 1 }, 1) },
    ]);
    expect(names.filter((name) => name.startsWith('2'))).toEqual(['2 random-mask 1', '2 reinit 1', '2 ticket 0', '2 ticket 1']);
  });

  it('is an error where nobody keeps marks', async () => {
    const laboratory = new Fragile(['1 reinit 1']);
    await expect(conduct(planOf(recipe), laboratory, new MemoryNotebook(), () => undefined)).rejects.toBeInstanceOf(Diverged);
  });

  it('really diverges, at the same step whatever the pace', async () => {
    const wild = tinyRecipe({
      arms: ['ticket'],
      training: { ...recipe.training, weightDecay: 0.1, optimizer: { type: 'sgd', learningRate: 1000 } },
    });
    const source = { read: (path: string) => readFile(new URL(`../../../datasets/${path}`, import.meta.url)) };
    const steps: number[] = [];
    for (const stepsPerSecond of [Infinity, 200]) {
      const service = new LabService({ source });
      const { engine } = await service.prepare({ recipe: wild, engine: 'sparse' }, () => undefined);
      await service.setTempo({ stepsPerSecond, allowance: Infinity });
      const marks = new MarkList();
      const laboratory = { arithmeticVersion: engine.arithmeticVersion, run: (request: RunRequest) => service.run(request) };
      await conduct(planOf(wild), laboratory, new MemoryNotebook(), () => undefined, runsOf(planOf(wild)), marks);
      steps.push(...marks.all.map(({ step }) => step));
    }
    expect(steps).toHaveLength(2);
    expect(steps[0]).toBe(steps[1]);
  });
});
