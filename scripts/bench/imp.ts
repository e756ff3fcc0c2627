/** A whole iterative magnitude pruning run of LeNet-300-100, level by level, the training alone on the clock. */
import { drawMask } from '../../src/science/draw.ts';
import { denseMask, density } from '../../src/science/mask.ts';
import { planOf } from '../../src/science/plan.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import { median, type Contender } from './contender.ts';
import type { LabContender } from './lab.ts';
import type { Setting } from './common.ts';

export const LEVELS = 16;
const SEED = 1;
/** Each level trains in so many turns of so many steps; the levels' times are those of their median turns. */
const TURNS = 7;
const STEPS = 10;

/** The recipe's defaults: 20 % a level by magnitude, 10 % of the output layer. */
export const impPlan = planOf(
  parseRecipe({
    task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 },
    model: { family: 'mlp', hidden: [300, 100] },
    pruning: { levels: LEVELS - 1 },
  }),
);

interface ImpResult {
  readonly engine: string;
  /** Mean over the levels. */
  readonly density: number;
  readonly msPerStep: number;
  readonly bestMsPerStep: number;
}

export const IMP_NAME = `imp-${LEVELS}-levels`;
export const IMP_STEPS = TURNS * STEPS;

/** All train under the masks that `guide`, one of them, arrives at. */
export async function raceImp(setting: Setting, guide: LabContender, others: readonly Contender[]): Promise<ImpResult[]> {
  const all = [guide, ...others];
  const medians = all.map(() => 0);
  const bests = all.map(() => 0);
  let densities = 0;
  let mask = denseMask(setting.model);
  for (let level = 0; level < LEVELS; level++) {
    if (level > 0) {
      mask = drawMask(impPlan, setting.model, { seed: SEED, arm: 'ticket', level }, { mask, final: await guide.read() });
    }
    densities += density(mask);
    const turns = all.map((): number[] => []);
    for (const contender of all) await contender.restart(mask);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [index, contender] of all.entries()) turns[index].push((await contender.train(STEPS)) / STEPS);
    }
    turns.forEach((ofOne, index) => {
      medians[index] += median(ofOne) / LEVELS;
      bests[index] += Math.min(...ofOne) / LEVELS;
    });
  }
  return all.map(({ engine }, index) => ({
    engine,
    density: densities / LEVELS,
    msPerStep: medians[index],
    bestMsPerStep: bests[index],
  }));
}
