/** Whole experiments, as the lab conducts them, whose fingerprints are in the table: with any number of workers they are the same. */
import { conduct, type Laboratory } from '../../src/science/experiment.ts';
import { planOf } from '../../src/science/plan.ts';
import type { Recipe } from '../../src/science/recipe/schema.ts';
import type { RunResult } from '../../src/science/result.ts';
import type { Source } from '../../src/tasks/load.ts';
import type { LabClient, OpenLab } from '../../src/worker/client.ts';
import type { Listener } from '../../src/worker/protocol.ts';
import { LabService } from '../../src/worker/service.ts';
import { MemoryNotebook } from '../unit/science/notebook.ts';
import { tinyRecipe } from '../unit/science/recipes.ts';

/** Fingerprints by name of the run. */
export type Rows = Readonly<Record<string, string>>;

/** Most workers that have a run each from the beginning: of every seed there is one. */
export const MOST_WORKERS = 3;
const seeds = Array.from({ length: MOST_WORKERS }, (_, index) => index + 1);

/** Images with every arm, and points in a plane, which are not bytes. */
export const experiments = {
  digits: tinyRecipe({ pruning: { levels: 2 }, seeds }),
  moons: tinyRecipe({
    task: { dataset: 'moons', train: 300, validation: 60, test: 100 },
    model: { family: 'mlp', hidden: [24, 16], activation: 'tanh' },
    training: { batchSize: 37, steps: 60, evaluateEvery: 30, optimizer: { type: 'adam', learningRate: 0.003 } },
    pruning: { levels: 2, rate: 0.6 },
    arms: ['ticket'],
    seeds,
  }),
} as const satisfies Readonly<Record<string, Recipe>>;

export type ExperimentName = keyof typeof experiments;

const names = Object.keys(experiments) as ExperimentName[];

/** Of an experiment's results. */
export const rowsOf = (name: ExperimentName, results: Iterable<RunResult>): Rows =>
  Object.fromEntries([...results].map(({ seed, arm, level, fingerprint }) => [`${name}/${level}/${arm}/${seed}`, fingerprint]));

async function conducted(name: ExperimentName, laboratory: Laboratory): Promise<Rows> {
  const notebook = new MemoryNotebook();
  await conduct(planOf(experiments[name]), laboratory, notebook, () => undefined);
  return rowsOf(
    name,
    [...notebook.outcomes.values()].map(({ result }) => result),
  );
}

/** Of all experiments, each conducted by `how` and one after another. */
async function ofAll(how: (name: ExperimentName) => Promise<Rows>): Promise<Rows> {
  let rows: Rows = {};
  for (const name of names) rows = { ...rows, ...(await how(name)) };
  return rows;
}

/** All experiments without a worker: in this thread. */
export const conductedAlone = (source: Source): Promise<Rows> =>
  ofAll(async (name) => {
    const service = new LabService({ source });
    const { engine } = await service.prepare({ recipe: experiments[name], engine: 'sparse' }, () => undefined);
    return conducted(name, { arithmeticVersion: engine.arithmeticVersion, run: (request) => service.run(request) });
  });

/** All experiments in a laboratory that opens with so many workers, each of which trains: none before all of them have a run. */
export const conductedBy = (open: OpenLab, workers: number): Promise<Rows> =>
  ofAll(async (name) => {
    const { hear, hold } = crewOf(workers);
    const lab = await open({ recipe: experiments[name], engine: 'sparse' }, hear);
    void hold(lab);
    try {
      return await conducted(name, lab);
    } finally {
      lab.dispose();
    }
  });

interface Crew {
  /** Hears what the laboratory does. */
  readonly hear: Listener;
  /** Before its first run: the laboratory is paused until all have one. */
  readonly hold: (lab: LabClient) => Promise<void>;
}

/** Waits until so many runs are under way in a laboratory, one in each worker. */
export function crewOf(workers: number): Crew {
  let drawn = 0;
  let assembled: () => void;
  const all = new Promise<void>((resolve) => {
    assembled = resolve;
  });
  return {
    hear({ type }) {
      if (type === 'drawn' && ++drawn === workers) assembled();
    },
    async hold(lab) {
      lab.pause();
      await all;
      lab.resume();
    },
  };
}
