import { runsOf } from '../../../src/science/experiment.ts';
import { bitsWhere, density, type Mask } from '../../../src/science/mask.ts';
import { prunableParameters } from '../../../src/models/model.ts';
import { planOf } from '../../../src/science/plan.ts';
import { densityLadder } from '../../../src/science/prune/counts.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';
import { initialise } from '../../../src/science/init.ts';
import { runKey } from '../../../src/science/recipe/identity.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import type { RunId, RunResult } from '../../../src/science/result.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { addRun, newSession, TRUNK, type Session } from '../../../src/sessions/session.ts';

/** A result as a run of this recipe might have it: figures of a stream, of the right kind and size. */
export function sampleResult(recipe: Recipe, run: RunId): RunResult {
  const source = stream(run.seed, `sample/${run.arm}/${run.level}`);
  const { steps, evaluateEvery } = recipe.training;
  const test = () => (recipe.task.test - source.below(Math.ceil(recipe.task.test / 10))) / recipe.task.test;
  const step = Array.from({ length: Math.ceil(steps / evaluateEvery) }, (_, index) => Math.min(steps, (index + 1) * evaluateEvery));
  const each = () => step.map(() => source.uniform());
  return {
    ...run,
    key: runKey(planOf(recipe), run, 1),
    density: densityLadder(planOf(recipe), modelOf(recipe))[run.level],
    layerDensity: prunableParameters(modelOf(recipe)).map(() => source.uniform()),
    engine: { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true },
    metrics: { accuracy: { train: 1, validation: 0.97, test: test() }, loss: { train: 0.01, validation: 0.1, test: 0.1 } },
    initial: { accuracy: { test: source.uniform() }, loss: { test: 2.3 } },
    earlyStop: { step: step[source.below(step.length)], metrics: { accuracy: { test: test() }, loss: { test: 0.1 } } },
    curve: { step, trainLoss: each(), validationLoss: each(), validationAccuracy: each(), testAccuracy: each() },
    steps,
    trainMs: 1234,
    fingerprint: Array.from({ length: 64 }, () => source.below(16).toString(16)).join(''),
  };
}

export const sampleSession = (recipe: Recipe, runs: readonly RunId[] = runsOf(planOf(recipe))): Session =>
  runs.reduce((session, run) => addRun(session, TRUNK, sampleResult(recipe, run)), newSession(recipe));

/** An outcome whose mask keeps about half of the weights; absent ones are zero. */
export function sampleOutcome(recipe: Recipe, run: RunId): RunOutcome {
  const model = modelOf(recipe);
  const source = stream(run.seed, 'sample mask');
  const mask: Mask = Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => [name, bitsWhere(size, () => source.below(2) === 1)]),
  );
  const masked = (streamName: string) => {
    const snapshot = initialise(model, 'glorot-normal', run.seed, streamName);
    for (const [name, bits] of Object.entries(mask))
      snapshot.parameters[name].forEach((_, index, values) => {
        if (((bits.bytes[index >> 3] >> (index & 7)) & 1) === 0) values[index] = 0;
      });
    return snapshot;
  };
  return { result: sampleResult(recipe, run), mask, final: masked('final'), kept: { 20: initialise(model, 'glorot-normal', 1, 'kept') } };
}

/** The outcome with a result that tells what its mask and weights are, as that of a trained run does. */
export const honest = (recipe: Recipe, outcome: RunOutcome): RunOutcome => ({
  ...outcome,
  result: { ...outcome.result, density: density(outcome.mask), fingerprint: fingerprint(modelOf(recipe), outcome.final) },
});

export const honestOutcome = (recipe: Recipe, run: RunId): RunOutcome => honest(recipe, sampleOutcome(recipe, run));
