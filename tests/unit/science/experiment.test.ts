import { describe, expect, it } from 'vitest';
import { conduct, runsOf, type Laboratory, type RunRequest } from '../../../src/science/experiment.ts';
import { initialise } from '../../../src/science/init.ts';
import { denseMask } from '../../../src/science/mask.ts';
import { planOf } from '../../../src/science/plan.ts';
import { runKey } from '../../../src/science/recipe/identity.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import type { RunId } from '../../../src/science/result.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { MemoryNotebook } from './notebook.ts';
import { tinyRecipe } from './recipes.ts';

const nameOf = ({ seed, arm, level }: RunId): string => `${seed} ${arm} ${level}`;

/** Trains nothing: every run ends as a network that tells where it came from. */
class Recorder implements Laboratory {
  readonly arithmeticVersion = 1;
  readonly requests: RunRequest[] = [];
  constructor(private readonly fingerprint = (run: RunId) => nameOf(run)) {}

  async run(request: RunRequest): Promise<RunOutcome> {
    this.requests.push(request);
    await Promise.resolve();
    const { plan, run, keep } = request;
    const model = modelOf(plan.recipe);
    const final = initialise(model, 'glorot-normal', run.seed, nameOf(run));
    const metrics = { accuracy: { train: 1, validation: 1, test: 1 }, loss: { train: 0, validation: 0, test: 0 } };
    return {
      result: {
        ...run,
        key: runKey(plan, run, 1),
        density: 1,
        layerDensity: [1],
        engine: { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true },
        metrics,
        earlyStop: { step: 1, metrics },
        curve: { step: [], trainLoss: [], validationLoss: [], validationAccuracy: [], testAccuracy: [] },
        steps: 1,
        trainMs: 1,
        fingerprint: this.fingerprint(run),
      },
      mask: denseMask(model),
      final,
      kept: Object.fromEntries(keep.map((step) => [step, initialise(model, 'glorot-normal', run.seed, `step ${step}`)])),
    };
  }
}

const names = (laboratory: Recorder) => laboratory.requests.map(({ run }) => nameOf(run)).sort();
const ignore = () => undefined;

async function conducted(recipe: Recipe, notebook = new MemoryNotebook(), laboratory = new Recorder()): Promise<Recorder> {
  await conduct(planOf(recipe), laboratory, notebook, ignore);
  return laboratory;
}

describe('the experiment', () => {
  it('trains every run once: level 0 for all arms together, then every arm of every level and seed', async () => {
    const recipe = tinyRecipe({ seeds: [1, 2] });
    const laboratory = await conducted(recipe);
    expect(names(laboratory)).toEqual(runsOf(planOf(recipe)).map(nameOf).sort());
    expect(laboratory.requests.length).toBe(2 * (1 + 3 * 4));
  });

  it('does not look up what is not admitted: known levels wait for their turn, too', async () => {
    const recipe = tinyRecipe();
    const notebook = new MemoryNotebook();
    await conducted(recipe, notebook);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const gated = Object.assign(new Recorder(), { admit: async ({ level }: RunId) => (level > 1 ? gate : undefined) });
    const found: number[] = [];
    const conducting = conduct(planOf(recipe), gated, notebook, ({ level }) => found.push(level));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Math.max(...found)).toBe(1);
    open();
    await conducting;
    expect(Math.max(...found)).toBe(3);
    expect(gated.requests).toEqual([]);
  });

  it('cuts each level, controls too, from the ticket of the level before', async () => {
    const { requests } = await conducted(tinyRecipe());
    for (const { run, ancestors } of requests) {
      if (run.level === 0) expect(ancestors).toBeNull();
      else {
        const parent = { seed: run.seed, arm: 'ticket', level: run.level - 1 } as const;
        expect(ancestors?.parent.final).toEqual(initialise(modelOf(tinyRecipe()), 'glorot-normal', 1, nameOf(parent)));
      }
    }
  });

  it('in one shot, cuts every level from level 0', async () => {
    const { requests } = await conducted(tinyRecipe({ pruning: { levels: 3, schedule: 'one-shot' } }));
    const dense = initialise(modelOf(tinyRecipe()), 'glorot-normal', 1, '1 ticket 0');
    for (const { run, ancestors } of requests) if (run.level > 0) expect(ancestors?.parent.final).toEqual(dense);
  });

  it('keeps the rewind point of level 0 and hands it to every level', async () => {
    const { requests } = await conducted(tinyRecipe({ rewind: { weights: { step: 20 } } }));
    expect(requests[0].keep).toContain(20);
    const point = initialise(modelOf(tinyRecipe()), 'glorot-normal', 1, 'step 20');
    for (const { run, ancestors, keep } of requests.slice(1)) {
      expect([run.level > 0, keep]).toEqual([true, []]);
      expect(ancestors?.rewindPoint).toEqual(point);
    }
  });
});

describe('no run is trained twice', () => {
  it('one more level, arm or seed trains only what is new', async () => {
    const notebook = new MemoryNotebook();
    await conducted(tinyRecipe({ arms: ['ticket'], pruning: { levels: 2 } }), notebook);
    expect(names(await conducted(tinyRecipe({ arms: ['ticket'], pruning: { levels: 3 } }), notebook))).toEqual(['1 ticket 3']);
    expect(names(await conducted(tinyRecipe({ arms: ['ticket', 'reinit'], pruning: { levels: 2 } }), notebook))).toEqual([
      '1 reinit 1',
      '1 reinit 2',
    ]);
    expect(names(await conducted(tinyRecipe({ arms: ['ticket'], seeds: [1, 7], pruning: { levels: 1 } }), notebook))).toEqual([
      '7 ticket 0',
      '7 ticket 1',
    ]);
    expect(names(await conducted(tinyRecipe({ name: 'renamed', arms: ['ticket'], pruning: { levels: 2 } }), notebook))).toEqual([]);
  });

  it('level 0 keeps a ladder of rewind points, so that rewinding to one of them trains no dense network again', async () => {
    const notebook = new MemoryNotebook();
    const first = await conducted(tinyRecipe({ arms: ['ticket'] }), notebook);
    expect(first.requests.map(({ keep }) => keep)).toEqual([[1, 2, 5, 10, 20], [], [], []]);
    const rewinding = tinyRecipe({ arms: ['ticket'], rewind: { weights: { step: 20 } } });
    expect(names(await conducted(rewinding, notebook))).toEqual(['1 ticket 1', '1 ticket 2', '1 ticket 3']);
  });

  it('another rewind point trains level 0 again only to reach it, and checks that it came out the same', async () => {
    const notebook = new MemoryNotebook();
    await conducted(tinyRecipe({ arms: ['ticket'] }), notebook);
    const rewinding = tinyRecipe({ arms: ['ticket'], rewind: { weights: { step: 13 } } });
    const again = await conducted(rewinding, notebook);
    expect(names(again)).toEqual(['1 ticket 0', '1 ticket 1', '1 ticket 2', '1 ticket 3']);
    expect(again.requests[0].keep).toContain(13);
    const elsewhere = tinyRecipe({ arms: ['ticket'], rewind: { weights: { step: 11 } } });
    await expect(conducted(elsewhere, notebook, new Recorder(() => 'another'))).rejects.toMatchObject({ subject: 'rewind.weights.step' });
  });

  it('what had finished before an error stays in the notebook', async () => {
    const notebook = new MemoryNotebook();
    const failing = new Recorder();
    const broken: Laboratory = {
      arithmeticVersion: 1,
      run: (request) => (request.run.level === 2 ? Promise.reject(new Error('lost')) : failing.run(request)),
    };
    await expect(conduct(planOf(tinyRecipe({ arms: ['ticket'] })), broken, notebook, ignore)).rejects.toThrow('lost');
    expect(names(await conducted(tinyRecipe({ arms: ['ticket'] }), notebook))).toEqual(['1 ticket 2', '1 ticket 3']);
  });

  it('an error of a control ends the experiment while the ticket trains', async () => {
    const recorder = new Recorder();
    const broken: Laboratory = {
      arithmeticVersion: 1,
      run: (request) => (request.run.arm === 'reinit' ? Promise.reject(new Error('control lost')) : recorder.run(request)),
    };
    await expect(conduct(planOf(tinyRecipe({ arms: ['ticket', 'reinit'] })), broken, new MemoryNotebook(), ignore)).rejects.toThrow(
      'control lost',
    );
    expect(names(recorder)).not.toContain('1 ticket 3');
  });
});
