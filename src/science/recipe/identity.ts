/** Who a recipe and its runs are: canonical form, id, run keys. */
import { ownerOf, type Plan } from '../plan.ts';
import type { RunId } from '../result.ts';
import { stripDefaults } from './defaults.ts';
import { digest } from './digest.ts';
import type { Plain } from './plain.ts';
import { sourcePlan, sourceSeed } from '../transfer.ts';
import type { Recipe } from './schema.ts';

/** The recipe as briefly as it can be said: its defaults left out, and its name, which changes nothing. */
export function canonicalRecipe(recipe: Recipe): Plain {
  const { name, ...canonical } = stripDefaults(recipe);
  return canonical;
}

/** SHA-256 of the canonical form with sorted keys, lower-case hex. */
export const recipeId = (recipe: Recipe): string => digest(canonicalRecipe(recipe));

/**
 * What decides where a dense network stops for an early-bird ticket; null where it trains to its end. A what-if that
 * asks for such a ticket must have grown from a dense network that was watched for it.
 */
export function earlyBirdOf(recipe: Recipe): Plain | null {
  if (recipe.method.type !== 'early-bird') return null;
  const { method, pruning } = canonicalRecipe(recipe);
  const { then, ...watch } = method as Plain;
  const { levels, ...drawn } = (pruning ?? {}) as Plain;
  return { ...watch, pruning: drawn };
}

/**
 * SHA-256 of what determines one run and nothing else: not the name, nor the lists of arms, seeds and levels, so
 * that a recipe with one more of them finds all it has in common with the old one. Of a what-if's past, the key of the
 * ticket it grew from says everything.
 */
export function runKey(plan: Plan, { seed, arm, level }: RunId, arithmeticVersion: number): string {
  const owner = ownerOf(plan, level);
  const { task, model, training, pruning, rewind, method } = canonicalRecipe(owner.recipe);
  const dense = { task, model, training, seed, arithmeticVersion };
  const watched = earlyBirdOf(owner.recipe);
  const first = digest(watched === null ? dense : { ...dense, watched });
  if (level === 0) return first;
  const { levels, ...others } = (pruning ?? {}) as Plain;
  // How much a gradual round cuts depends on how many there are.
  const rounds = owner.recipe.pruning.schedule === 'gradual' ? { ...others, levels: owner.recipe.pruning.levels } : others;
  const own = {
    ...dense,
    pruning: rounds,
    rewind,
    arm,
    level,
    ...(method === undefined ? {} : { method }),
    ...transferred(owner, seed, arithmeticVersion, digest(dense)),
  };
  if (owner.from === null) return digest(own);
  const from = {
    level: owner.from.level,
    key: runKey(owner.from.plan, { seed, arm: 'ticket', level: owner.from.level }, arithmeticVersion),
  };
  // Grown from the dense network that its own recipe would have trained, it is what that recipe alone would give.
  return digest(from.key === first ? own : { ...own, from });
}

/** Of what the ticket is transferred from, the dense network's key says everything; drawn on that of the recipe itself, nothing is. */
function transferred(plan: Plan, seed: number, arithmeticVersion: number, dense: string): Plain {
  const { recipe } = plan;
  const source = sourcePlan(plan);
  if (source === null || recipe.transfer === null) return {};
  const from = runKey(source, { seed: sourceSeed(recipe, seed), arm: 'ticket', level: 0 }, arithmeticVersion);
  return from === dense ? {} : { transfer: { take: recipe.transfer.take, from } };
}
