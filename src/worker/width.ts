/** How many runs can be under way at once, and in how many workers. */
import type { Recipe } from '../science/recipe/schema.ts';
import type { EngineIdentity } from '../science/trainer.ts';

/** Runs that wait for nothing but the same level's beginning: every arm of every seed. */
export const widthOf = ({ seeds, arms }: Recipe): number => seeds.length * arms.length;

/** One worker fills a graphics processor; of others at most `most`, and no more than there are runs. */
export const workersOn = ({ name, backend }: EngineIdentity, most: number, runs: number): number =>
  name === 'webgpu' || backend === 'webgpu' || backend === 'webgl' ? 1 : Math.max(1, Math.min(most, runs));

/**
 * Of so many processors one is the page's, but where there are but two: both train there, and the system shares out what the page needs.
 */
export const mostWorkers = (processors: number): number => Math.max(processors - 1, Math.min(processors, 2));
