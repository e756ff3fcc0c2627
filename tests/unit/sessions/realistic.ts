/** Sessions whose figures move as real ones do: trends over levels, noise of seeds and of every evaluation. */
import { planOf } from '../../../src/science/plan.ts';
import { densityLadder } from '../../../src/science/prune/counts.ts';
import { runsOf } from '../../../src/science/experiment.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { parseRecipe } from '../../../src/science/recipe/parse.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { addRun, newSession, TRUNK, type Session } from '../../../src/sessions/session.ts';
import { sampleResult } from './sample.ts';

/** DESIGN's first recipe: 16 levels, three arms and three seeds. */
export const lenet = (): Recipe =>
  parseRecipe({
    name: 'LeNet-300-100 on MNIST',
    task: { dataset: 'mnist', train: 55000, validation: 5000, test: 10000 },
    model: { family: 'mlp', hidden: [300, 100] },
    training: { steps: 8000, evaluateEvery: 100 },
    pruning: { levels: 15 },
    arms: ['ticket', 'reinit', 'random-mask'],
    seeds: [1, 2, 3],
  });

export function realisticSession(recipe: Recipe): Session {
  const ladder = densityLadder(planOf(recipe), modelOf(recipe));
  return runsOf(planOf(recipe)).reduce((session, run) => {
    const source = stream(run.seed, `realistic/${run.arm}/${run.level}`);
    /** Roughly normal, deviation 1. */
    const noise = (): number => (source.uniform() + source.uniform() + source.uniform() + source.uniform() - 2) * Math.sqrt(3);
    const cut = Math.log(1 / ladder[run.level]);
    const fall = {
      ticket: cut > 2.5 ? 0.003 * (cut - 2.5) : -0.001 * cut,
      reinit: 0.003 * cut,
      'random-mask': 0.005 * cut,
      'shuffled-mask': 0.005 * cut,
      'inverted-mask': 0.02 * cut,
    };
    const end = 0.9795 - fall[run.arm];
    const sample = sampleResult(recipe, run);
    const validationAccuracy = sample.curve.step.map((step) =>
      Math.min(1, end - 0.9 * Math.exp(-step / 350) - 0.06 * Math.exp(-step / 1500) + 0.0012 * noise()),
    );
    const answers = (share: number): number => Math.round(share * recipe.task.test) / recipe.task.test;
    const test = answers(end + 0.0011 * noise());
    const stop = Math.max(
      5,
      Math.min(sample.curve.step.length - 1, Math.round((run.arm === 'ticket' ? 48 - 6 * cut : 48 + 5 * cut) + 7 * noise())),
    );
    return addRun(session, TRUNK, {
      ...sample,
      metrics: { ...sample.metrics, accuracy: { ...sample.metrics.accuracy, test } },
      earlyStop: {
        step: sample.curve.step[stop],
        metrics: { accuracy: { test: answers(test - 0.0008 + 0.0009 * noise()) }, loss: { test: 0.08 } },
      },
      curve: { ...sample.curve, validationAccuracy },
    });
  }, newSession(recipe));
}
