/** Links as heavy as 64 kB can be: what-ifs nested as deep as they go, and as many runs as there is room for. */
import { createHash } from 'node:crypto';
import { runsAlongPlan } from '../../../src/science/experiment.ts';
import { parseRecipe } from '../../../src/science/recipe/parse.ts';
import { arms, type Recipe } from '../../../src/science/recipe/schema.ts';
import type { RunId, RunResult } from '../../../src/science/result.ts';
import { packLink } from '../../../src/sessions/link.ts';
import { growBranch, newSession, ownerBranch, planOfBranch, TRUNK, type Session } from '../../../src/sessions/session.ts';

export const LINK_CHARACTERS = 65_536;

const LEVELS = 128;

const result = (recipe: Recipe, run: RunId): RunResult => ({
  ...run,
  key: [run.seed, run.level, recipe.arms.indexOf(run.arm)]
    .map((part) => part.toString(16).padStart(4, '0'))
    .join('')
    .padEnd(64, '0'),
  density: 0.98 ** run.level,
  layerDensity: [0.98 ** run.level, 0.98 ** run.level],
  engine: { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true },
  metrics: { accuracy: { train: 1, validation: 0.97, test: 0.95 }, loss: { train: 0.01, validation: 0.1, test: 0.1 } },
  earlyStop: { step: 10, metrics: { accuracy: { test: 0.95 }, loss: { test: 0.1 } } },
  curve: { step: [10], trainLoss: [1], validationLoss: [1], validationAccuracy: [0.97], testAccuracy: [0.95] },
  steps: 10,
  trainMs: 1,
  // No two alike, so that sorting by it has work to do.
  fingerprint: sha256(`${run.seed}/${run.arm}/${run.level}`),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const recipe = (seeds: number, levels = LEVELS): Recipe =>
  parseRecipe({
    name: 'Heavy',
    task: { dataset: 'digits', train: 300, validation: 100, test: 100 },
    model: { family: 'mlp', hidden: [8] },
    training: { batchSize: 50, steps: 10, evaluateEvery: 10 },
    pruning: { levels, rate: 0.02 },
    arms: [...arms],
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
  });

/** What-ifs that each grow from the one before, one level later: every level has an owner of its own. */
function nested(trunk: Recipe, change: (trunk: Recipe, level: number) => Recipe): Session {
  let session = newSession(trunk);
  for (let level = 0; level < trunk.pruning.levels - 1; level++)
    session = growBranch(session, `b${level}`, level === 0 ? TRUNK : `b${level - 1}`, level, `What-if ${level}`, change(trunk, level));
  return session;
}

const lastOf = ({ branches }: Session): string => branches[branches.length - 1].id;

/** The link of what-ifs that each grow from the one before, with so many seeds. */
export function heavyLink(seeds: number, levels = LEVELS): Promise<string> {
  const trunk = recipe(seeds, levels);
  const session = nested(trunk, (of, level) => ({ ...of, training: { ...of.training, steps: 10 + ((level + 1) % 2) } }));
  const last = lastOf(session);
  const runs = runsAlongPlan(planOfBranch(session, last));
  return hashOf(
    { ...session, runs: runs.map((run) => ({ ...result(trunk, run), branch: ownerBranch(session, last, run.level).id })) },
    last,
  );
}

/**
 * The link of what-ifs nested as deep as they go, none of them trained, each of which cuts units of a deep network at a
 * rate of its own: few characters, of which 128 ladders follow.
 */
export function manyLadders(): Promise<string> {
  const cutting = (rate: number): Recipe =>
    parseRecipe({
      name: 'Heavy',
      task: { dataset: 'spiral', train: 200, validation: 50, test: 100 },
      model: { family: 'mlp', hidden: Array.from({ length: 16 }, () => 8) },
      pruning: { levels: LEVELS, structure: 'neurons', schedule: 'gradual', rate },
      arms: ['ticket'],
      seeds: [1],
    });
  const session = nested(cutting(0.009), (_, level) => cutting(0.01 + level / 10_000));
  return hashOf(session, lastOf(session));
}

/** The link of a session without what-ifs, with so many seeds. */
export function manyRuns(seeds: number): Promise<string> {
  const trunk = recipe(seeds);
  const session = newSession(trunk);
  const runs = runsAlongPlan(planOfBranch(session, TRUNK)).map((run) => ({ ...result(trunk, run), branch: TRUNK }));
  return hashOf({ ...session, runs }, TRUNK);
}

async function hashOf(session: Session, branchId: string): Promise<string> {
  const { hash, characters } = await packLink(session, LINK_CHARACTERS, { find: () => Promise.resolve(null) }, branchId);
  if (hash === null) throw new Error(`${characters} characters do not fit`);
  return hash;
}
