/** Masks of as many weights as a ticket has, chosen by chance: the same scores decide every level, so that masks lie in one another. */
import { parametersOf, type Model } from '../../models/model.ts';
import { denseMask, type Mask } from '../mask.ts';
import { Memo } from '../memo.ts';
import { baseLevel, ownerOf, parentLevel, type Plan } from '../plan.ts';
import { randomScores } from './criteria.ts';
import { cutOnce } from './prune.ts';

/**
 * What is remembered: weights of all masks together, one bit each, and masks. A level asks for its parent's, of each seed
 * that is under way; those of levels long past are not asked for again.
 */
const MOST_WEIGHTS = 64_000_000;
const MOST_MASKS = 16;
const masks = new Memo<Mask>(MOST_WEIGHTS, MOST_MASKS);

export function randomMask(plan: Plan, model: Model, level: number, seed: number): Mask {
  if (level === 0) return denseMask(model);
  const known = masks.get([seed, model, ladderOf(plan, level)], parametersOf(model), () => {
    const from = randomMask(plan, model, parentLevel(plan, level), seed);
    return cutOnce(plan, model, level, from, randomScores(model, seed, 'random-mask'), seed, `random-mask-ties/${level}`);
  });
  // A copy: what is sent from a worker is gone from there.
  return Object.fromEntries(Object.entries(known).map(([name, { size, bytes }]) => [name, { size, bytes: bytes.slice() }]));
}

/** What is cut at each of the levels that lead to one. */
function ladderOf(plan: Plan, level: number): readonly unknown[] {
  if (level === 0) return [];
  const owner = ownerOf(plan, level);
  return [...ladderOf(plan, parentLevel(plan, level)), [level, baseLevel(owner), owner.recipe.pruning]];
}
