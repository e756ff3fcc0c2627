/** Every data set the lab knows, shipped or generated, and what a recipe may ask of it. */
import manifest from '../../datasets/manifest.json' with { type: 'json' };
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { Dataset } from './dataset.ts';
import { planes, POOL, TEST, type Plane } from './generate.ts';

const titles: Readonly<Record<string, () => string>> = {
  moons: m.tasks_moons,
  circles: m.tasks_circles,
  spiral: m.tasks_spiral,
  xor: m.tasks_xor,
  gaussians: m.tasks_gaussians,
  ring: m.tasks_ring,
};

const generated = ([name, { classes, mean, deviation }]: [string, Plane]): Dataset => ({
  name,
  get title() {
    return titles[name]();
  },
  input: { height: 1, width: 1, channels: 2 },
  classes,
  classNames: Array.from({ length: classes }, (_, label) => String.fromCharCode('A'.charCodeAt(0) + label)),
  pool: POOL,
  test: TEST,
  bytesPerValue: 4,
  normalisation: { scale: 1, mean, deviation },
  get licence() {
    return m.tasks_generated_licence();
  },
  get credit() {
    return m.tasks_generated_credit();
  },
  files: { pool: [], test: [] },
});

/** In the order in which people are shown them. */
export const datasets: readonly Dataset[] = [...manifest.sets, ...Object.entries(planes).map(generated)];

/** Throws a LabError about `task.dataset` where there is none of that name. */
export function findDataset(name: string): Dataset {
  const found = datasets.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  throw new LabError(m.tasks_unknown({ name, names: datasets.map((dataset) => dataset.name).join(', ') }), 'task.dataset');
}

/** How many examples a recipe trains, validates and tests on; each at least 1. */
export type Sizes = Pick<Recipe['task'], 'train' | 'validation' | 'test'>;

/** Throws a LabError about `task.train`, `task.validation` or `task.test` where the set has not that many examples. */
export function checkSizes({ title, pool, test }: Dataset, sizes: Sizes): void {
  const hasOwnTest = test > 0;
  if (hasOwnTest && sizes.test > test) throw new LabError(m.tasks_too_many_test({ title, asked: sizes.test, count: test }), 'task.test');
  const shared = hasOwnTest ? (['train', 'validation'] as const) : (['train', 'validation', 'test'] as const);
  const tooMany = hasOwnTest ? m.tasks_too_many : m.tasks_too_many_shared;
  let left = pool;
  for (const [index, part] of shared.entries()) {
    // The parts that follow need one example each.
    const most = left - (shared.length - 1 - index);
    if (sizes[part] > most) {
      const others = shared.filter((other) => other !== part).map((other) => `task.${other}`);
      throw new LabError(
        tooMany({ title, count: pool, field: `task.${part}`, asked: sizes[part], most, others: others.join(', ') }),
        `task.${part}`,
      );
    }
    left -= sizes[part];
  }
}
