/**
 * The what-if that a link shows: itself and those it grew from, the trunk left out, the eldest first. Of each what it is
 * called, the last level it took over, and what its recipe has other than its parent's. What is read is hostile.
 */
import * as v from 'valibot';
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import { canonicalRecipe } from '../../science/recipe/identity.ts';
import { stableText, type Plain } from '../../science/recipe/plain.ts';
import { MAX_LEVELS, type Recipe } from '../../science/recipe/schema.ts';
import { Malformed } from '../bytes.ts';
import { MAX_LINK_BRANCHES, most } from '../limits.ts';
import { branchOf, ownerBranch, type Branch, type Session } from '../session.ts';
import { parseAs } from '../schema.ts';
import type { SharedBranch } from './along.ts';
import { readRecipe } from './shared.ts';

/** Task and network are the trunk's: no branch may have others. */
const PartSchema = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(most.name)),
  fromLevel: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_LEVELS)),
  changes: v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((changes) => !('task' in changes || 'model' in changes || 'name' in changes)),
  ),
});
const LineageSchema = v.pipe(v.array(PartSchema), v.minLength(1));

/** The branches that trained some level along a branch, the trunk left out. */
export function lineageOf(session: Session, branchId: string): Branch[] {
  const branch = branchOf(session, branchId);
  if (branch.parent === null) return [];
  return [...lineageOf(session, ownerBranch(session, branch.parent, branch.fromLevel ?? 0).id), branch];
}

export function writeLineage(trunk: Recipe, lineage: readonly Branch[]): string {
  let parent = canonicalRecipe(trunk);
  const parts = lineage.map(({ name, fromLevel, recipe }) => {
    const own = canonicalRecipe(recipe);
    const changes = changesOf(parent, own);
    parent = own;
    return { name, fromLevel: fromLevel ?? 0, changes };
  });
  return JSON.stringify(parts);
}

export function readLineage(trunk: Recipe, text: string): SharedBranch[] {
  const value: unknown = JSON.parse(text);
  if (Array.isArray(value) && value.length > MAX_LINK_BRANCHES) {
    throw new LabError(m.sessions_link_branches({ count: value.length, limit: MAX_LINK_BRANCHES }), 'link');
  }
  const parts = parseAs(LineageSchema, value, 'link');
  let [parent, last] = [canonicalRecipe(trunk), -1];
  return parts.map(({ name, fromLevel, changes }) => {
    if (fromLevel <= last) throw new Malformed();
    const own = changed(parent, changes);
    const recipe = readRecipe(JSON.stringify(own), trunk.name);
    [parent, last] = [own, fromLevel];
    return { name, fromLevel, recipe };
  });
}

/** Sections of a recipe that are other than the parent's; null where the parent has one and it has not. */
const changesOf = (parent: Plain, own: Plain): Plain =>
  Object.fromEntries(
    [...new Set([...Object.keys(parent), ...Object.keys(own)])]
      .filter((key) => stableText(parent[key]) !== stableText(own[key]))
      .map((key) => [key, own[key] ?? null]),
  );

const changed = (parent: Plain, changes: Plain): Plain =>
  Object.fromEntries(Object.entries({ ...parent, ...changes }).filter(([, value]) => value !== null));
