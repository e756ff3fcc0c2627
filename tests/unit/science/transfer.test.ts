import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ancestorsOf } from '../../../src/science/chain.ts';
import { draw } from '../../../src/science/draw.ts';
import { LabError } from '../../../src/science/errors.ts';
import { conduct, type Laboratory, type RunRequest } from '../../../src/science/experiment.ts';
import { initialise } from '../../../src/science/init.ts';
import { denseMask } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { canonicalRecipe, runKey } from '../../../src/science/recipe/identity.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { parseRecipe } from '../../../src/science/recipe/parse.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { sourcePlan } from '../../../src/science/transfer.ts';
import type { WorkerEvent } from '../../../src/worker/protocol.ts';
import { LabService } from '../../../src/worker/service.ts';
import { MemoryNotebook } from './notebook.ts';
import { tinyRecipe } from './recipes.ts';

const source = { read: (path: string) => readFile(new URL(`../../../datasets/${path}`, import.meta.url)) };

/** A worker of our own that says what it was asked for. */
async function laboratoryFor(recipe: Recipe): Promise<Laboratory & { requests: RunRequest[]; events: WorkerEvent[] }> {
  const service = new LabService({ source });
  const events: WorkerEvent[] = [];
  const { engine } = await service.prepare({ recipe, engine: 'sparse' }, (event) => void events.push(event));
  const requests: RunRequest[] = [];
  // A worker does one run at a time.
  let last: Promise<unknown> = Promise.resolve();
  const run = (request: RunRequest): Promise<RunOutcome> => {
    requests.push(request);
    const outcome = last.then(() => service.run(request));
    last = outcome.catch(() => undefined);
    return outcome;
  };
  return { arithmeticVersion: engine.arithmeticVersion, requests, events, run };
}

async function conducted(recipe: Recipe, notebook = new MemoryNotebook()) {
  const laboratory = await laboratoryFor(recipe);
  const results: string[] = [];
  await conduct(planOf(recipe), laboratory, notebook, ({ seed, arm, level }) => void results.push(`${seed} ${arm} ${level}`));
  return { ...laboratory, results, notebook };
}

const nameOf = ({ run, isSource }: RunRequest): string => `${isSource === true ? 'source ' : ''}${run.seed} ${run.arm} ${run.level}`;
const withSgd = { training: { optimizer: { type: 'sgd', learningRate: 0.05 } } };
const own = tinyRecipe({ arms: ['ticket', 'random-mask'], pruning: { levels: 2 } });
const from = (transfer: object, changes: object = {}): Recipe =>
  tinyRecipe({ arms: ['ticket', 'random-mask'], pruning: { levels: 2 }, ...changes, transfer });

describe('a transferred ticket', () => {
  it('is drawn by the other training, level after level, and none of that is a result', async () => {
    const { requests, results, events } = await conducted(from(withSgd));
    expect(requests.map(nameOf).sort()).toEqual(
      ['1 ticket 0', '1 ticket 1', '1 random-mask 1', '1 ticket 2', '1 random-mask 2', 'source 1 ticket 0', 'source 1 ticket 1'].sort(),
    );
    expect(results.sort()).toEqual(['1 random-mask 1', '1 random-mask 2', '1 ticket 0', '1 ticket 1', '1 ticket 2']);
    expect(events.some(({ type }) => type === 'source')).toBe(true);
    expect(events.filter(({ type }) => type === 'drawn')).toHaveLength(5);
  });

  it('has the masks of the session it comes from, and the weights it started from there', async () => {
    const recipe = from({ ...withSgd, seedOffset: 4 });
    const { arithmeticVersion, notebook, requests } = await conducted(recipe);
    const session = tinyRecipe({
      arms: ['ticket'],
      pruning: { levels: 2 },
      seeds: [5],
      training: { ...own.training, ...withSgd.training },
    });
    const there = await conducted(session, new MemoryNotebook());
    for (const level of [1, 2]) {
      const at = (plan: Recipe, seed: number) => runKey(planOf(plan), { seed, arm: 'ticket', level }, arithmeticVersion);
      const [here, elsewhere] = [await notebook.find(at(recipe, 1)), await there.notebook.find(at(session, 5))];
      expect(here?.mask).toBeDefined();
      expect(here?.mask).toEqual(elsewhere?.mask);
      const request = requests.find(({ run, isSource }) => run.level === level && run.arm === 'ticket' && isSource !== true);
      if (request === undefined) throw new Error('the level was trained');
      const start = draw(planOf(recipe), modelOf(recipe), request.run, request.ancestors).start;
      expect(start).toEqual(initialise(modelOf(recipe), 'glorot-normal', 5));
    }
  });

  it('finds what that session has trained: nothing is computed twice', async () => {
    const session = tinyRecipe({ arms: ['ticket'], pruning: { levels: 2 }, training: { ...own.training, ...withSgd.training } });
    const { notebook } = await conducted(session);
    const { requests } = await conducted(from(withSgd), notebook);
    expect(requests.filter(({ isSource }) => isSource === true)).toEqual([]);
  });

  it('takes the mask alone where it is told to: start weights are the seed’s own, at the rewind step too', async () => {
    const late = { rewind: { weights: { step: 10 } } };
    for (const take of ['mask', 'ticket'] as const) {
      const recipe = from({ ...withSgd, seedOffset: 4, take }, late);
      const { arithmeticVersion, requests, notebook } = await conducted(recipe);
      const request = requests.find(({ run, isSource }) => run.level === 1 && run.arm === 'ticket' && isSource !== true);
      const dense = requests.find(({ run, isSource }) => run.level === 0 && (isSource === true) === (take === 'ticket'));
      if (request === undefined || dense === undefined) throw new Error('both were trained');
      const kept = (await notebook.find(runKey(dense.plan, dense.run, arithmeticVersion)))?.kept;
      expect(request.ancestors?.rewindPoint).toEqual(kept?.[10]);
      // What was kept tells the same ancestors again.
      const again = await ancestorsOf(planOf(recipe), request.run, (plan, run) => notebook.find(runKey(plan, run, arithmeticVersion)));
      expect(again).toEqual(request.ancestors);
    }
  });

  it('drawn on the init of other data needs no training there, and the data make its mask', async () => {
    const atInit = { pruning: { levels: 1, criterion: 'snip', scoredAt: 'init', schedule: 'one-shot', rate: 0.8, outputRate: 0.8 } };
    const masks = [];
    for (const corrupt of ['none', 'labels', 'pixels']) {
      const recipe = from({ task: { corrupt } }, { ...atInit, arms: ['ticket'] });
      const { arithmeticVersion, requests, notebook } = await conducted(recipe);
      expect(requests.map(nameOf)).toEqual(['1 ticket 0', '1 ticket 1']);
      masks.push((await notebook.find(runKey(planOf(recipe), { seed: 1, arm: 'ticket', level: 1 }, arithmeticVersion)))?.mask);
    }
    const plain = tinyRecipe({ ...atInit, arms: ['ticket'] });
    const { arithmeticVersion, notebook } = await conducted(plain);
    expect(masks[0]).toBeDefined();
    expect(masks[0]).toEqual((await notebook.find(runKey(planOf(plain), { seed: 1, arm: 'ticket', level: 1 }, arithmeticVersion)))?.mask);
    expect(masks[1]).not.toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[1]);
  });
});

describe('a recipe with a transfer', () => {
  const plan = (transfer: object | null) => planOf(tinyRecipe({ arms: ['ticket', 'random-mask'], pruning: { levels: 2 }, transfer }));
  const key = (transfer: object | null, level = 1) => runKey(plan(transfer), { seed: 1, arm: 'ticket', level }, 1);

  it('names its runs by what the ticket is drawn on, and shares the dense network', () => {
    const keys = [null, withSgd, { ...withSgd, take: 'mask' }, { seedOffset: 1 }, { task: { corrupt: 'labels' } }].map((transfer) =>
      key(transfer),
    );
    expect(new Set(keys).size).toBe(5);
    expect(key(withSgd, 0)).toBe(key(null, 0));
    // From itself, it is itself.
    expect(key({})).toBe(key(null));
  });

  it('is written briefly and read back whole: what is not said is the recipe’s own', () => {
    const recipe = from({ training: { optimizer: { type: 'sgd' } }, take: 'mask' });
    expect(recipe.transfer?.training).toEqual({ ...recipe.training, optimizer: { type: 'sgd', learningRate: 0.1 } });
    expect(recipe.transfer?.task).toEqual(recipe.task);
    expect(canonicalRecipe(recipe).transfer).toEqual({ training: { optimizer: { type: 'sgd' } }, take: 'mask' });
    expect(parseRecipe(canonicalRecipe(recipe))).toEqual({ ...recipe, name: '' });
    expect(canonicalRecipe(own).transfer).toBeUndefined();
    const stepped = { training: { ...own.training, schedule: { type: 'step', milestones: [20], factor: 0.5 } } };
    const constant = from({ training: { schedule: { type: 'constant' } } }, stepped);
    expect(constant.transfer?.training.schedule).toEqual({ type: 'constant', warmup: 0 });
    expect(parseRecipe(canonicalRecipe(constant))).toEqual({ ...constant, name: '' });
  });

  it('has a source of its own in a what-if', () => {
    const trunk = plan(withSgd);
    const whatIf = { recipe: from(withSgd, { pruning: { levels: 2, rate: 0.5 } }), from: { plan: trunk, level: 1 } };
    expect(sourcePlan(whatIf)).toEqual({
      recipe: sourcePlan(plan(withSgd)) && { ...sourcePlan(trunk)?.recipe, pruning: whatIf.recipe.pruning },
      from: { plan: sourcePlan(trunk), level: 1 },
    });
    expect(denseMask(modelOf(whatIf.recipe))).toEqual(denseMask(modelOf(trunk.recipe)));
  });

  it('is refused where the source cannot be: the field is named', () => {
    const refused = (transfer: object, changes: object = {}): string => {
      try {
        from(transfer, changes);
        return '';
      } catch (error) {
        return error instanceof LabError ? error.subject : String(error);
      }
    };
    expect(refused({ task: { dataset: 'iris', train: 100, validation: 20, test: 30 } })).toBe('transfer.task.dataset');
    expect(refused({ task: { train: 5000 } })).toBe('transfer.task.train');
    expect(refused({ training: { batchSize: 301 } })).toBe('transfer.training.batchSize');
    expect(refused({ training: { steps: 10 } }, { rewind: { weights: { step: 20 } } })).toBe('rewind.weights.step');
    expect(refused({ take: 'mask' }, { rewind: { weights: 'final' } })).toBe('transfer.take');
    expect(refused({ seedOffset: 10 }, { seeds: [2 ** 31 - 5] })).toBe('transfer.seedOffset');
    expect(refused({}, { method: { type: 'edge-popup' }, arms: ['ticket'] })).toBe('transfer');
    expect(refused({ nonsense: 1 })).toBe('transfer.nonsense');
  });
});
