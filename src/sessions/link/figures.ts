/** Which runs a link holds, by which engines, and their final and early-stop figures. */
import type { RunFigures } from '../../science/analysis/summary.ts';
import { runsAlongPlan } from '../../science/experiment.ts';
import { ownersOf, type Plan } from '../../science/plan.ts';
import { densityLadder } from '../../science/prune/counts.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId } from '../../science/result.ts';
import type { EngineIdentity } from '../../science/trainer.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';
import { parseAs, EngineSchema } from '../schema.ts';
import type { SessionRun } from '../session.ts';
import { Forecast } from './forecast.ts';
import { Odds, RangeReader, RangeWriter, type BitCoder } from './range.ts';

/** What a link holds of a run. */
export interface SharedFigures extends RunFigures {
  readonly engine: EngineIdentity;
  /** The first 8 hexadecimal digits of the run's fingerprint. */
  readonly fingerprint: string;
}

type Figures = Omit<SharedFigures, 'fingerprint'>;

/** One link was trained by few engines; a file of engines would be hostile. */
const MAX_ENGINES = 16;
const FLAG_MEMORY = 64;

/** Of a run, the whole numbers that its figures are made of. */
interface Counts {
  /** Test examples that it gets right, at the last step and at early stop. */
  readonly correct: number;
  readonly correctThere: number;
  /** Early stop, counted in evaluations. */
  readonly stop: number;
  readonly engine: number;
}

const NOTHING: Counts = { correct: 0, correctThere: 0, stop: 0, engine: 0 };

/** `runs` in the order of `runsAlongPlan`, undefined where there is none. */
export function writeFigures(plan: Plan, runs: readonly (SessionRun | undefined)[]): Uint8Array {
  const engines = [...new Set(runs.flatMap((run) => (run === undefined ? [] : JSON.stringify(run.engine))))];
  const correct = (accuracy: number): number => Math.round(accuracy * plan.recipe.task.test);
  const owners = ownersOf(plan);
  const counts = runs.map((run) =>
    run === undefined
      ? undefined
      : {
          correct: correct(run.metrics.accuracy.test),
          correctThere: correct(run.earlyStop.metrics.accuracy.test),
          stop: Math.ceil(run.earlyStop.step / owners[run.level].recipe.training.evaluateEvery),
          engine: engines.indexOf(JSON.stringify(run.engine)),
        },
  );
  const writer = new ByteWriter();
  writer.text(`[${engines.join(',')}]`);
  const coder = new RangeWriter();
  codeCounts(coder, plan, engines.length, counts);
  writer.raw(coder.done());
  return writer.done();
}

/** At most `most` runs; throws `Malformed` where there are more. */
export function readFigures(plan: Plan, bytes: Uint8Array, most: number): Figures[] {
  const reader = new ByteReader(bytes);
  const engines = readEngines(reader.text());
  const counts = codeCounts(new RangeReader(reader.rest()), plan, engines.length, null, most);
  const densities = densityLadder(plan, modelOf(plan.recipe));
  const { test } = plan.recipe.task;
  const owners = ownersOf(plan);
  const stepAt = (level: number, stop: number): number => {
    const { steps, evaluateEvery } = owners[level].recipe.training;
    return Math.min(steps, stop * evaluateEvery);
  };
  return counts.map(({ run, correct, correctThere, stop, engine }) => ({
    ...run,
    density: densities[run.level],
    testAccuracy: correct / test,
    earlyStop: { step: stepAt(run.level, stop), testAccuracy: correctThere / test },
    engine: engines[engine],
  }));
}

function readEngines(text: string): EngineIdentity[] {
  const engines: unknown = JSON.parse(text);
  if (!Array.isArray(engines) || engines.length > MAX_ENGINES) throw new Malformed();
  return engines.map((engine) => parseAs(EngineSchema, engine, 'link'));
}

/** Writes `counts`, or reads them where there are none to write. */
function codeCounts(
  coder: BitCoder,
  plan: Plan,
  engines: number,
  counts: readonly (Counts | undefined)[] | null,
  most = Infinity,
): (Counts & { readonly run: RunId })[] {
  const { test } = plan.recipe.task;
  const runs = runsAlongPlan(plan);
  const evaluations = Math.max(...recipesOf(plan).map(({ training }) => Math.ceil(training.steps / training.evaluateEvery)));
  const present = new Odds(FLAG_MEMORY);
  const correct = new Forecast(test, test);
  const correctThere = new Forecast(test);
  const stop = new Forecast(evaluations, Math.ceil(evaluations / 2));
  const engine = new Forecast(Math.max(0, engines - 1));
  let held = 0;
  return runs.flatMap((run, index) => {
    const known = counts?.[index];
    if (coder.bit(present, known === undefined ? 0 : 1) === 0) return [];
    if (++held > most) throw new Malformed();
    const given = known ?? NOTHING;
    const right = correct.code(coder, run, given.correct);
    return {
      run,
      correct: right,
      // An early stop scores much like the last step.
      correctThere: correctThere.code(coder, run, given.correctThere, right),
      stop: stop.code(coder, run, given.stop),
      engine: engine.code(coder, run, given.engine),
    };
  });
}

/** The plan's own and those of what it grew from. */
function recipesOf(plan: Plan): Recipe[] {
  const recipes: Recipe[] = [];
  for (let at: Plan | null = plan; at !== null; at = at.from?.plan ?? null) recipes.push(at.recipe);
  return recipes;
}
