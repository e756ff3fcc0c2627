/** What the library shows of a session without opening it: stored beside it, since a session itself may be megabytes long. */
import * as v from 'valibot';
import { figuresOf, summarise } from '../science/analysis/summary.ts';
import { arms, type Arm } from '../science/recipe/schema.ts';
import { trunkOf, type Session } from './session.ts';

const count = () => v.pipe(v.number(), v.integer(), v.minValue(0));
const share = () => v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const FactsSchema = v.object({
  dataset: v.string(),
  /** Units of the hidden layers, input side first. */
  hidden: v.array(count()),
  levels: count(),
  arms: v.array(v.picklist(arms)),
  seeds: count(),
  branches: count(),
  runs: count(),
  /** Of the trunk, one line an arm that has two points: kept share against mean test accuracy, the dense network first. */
  lines: v.array(v.object({ arm: v.picklist(arms), points: v.array(v.object({ density: share(), accuracy: share() })) })),
});

export type SessionFacts = v.InferOutput<typeof FactsSchema>;
export type FactLine = SessionFacts['lines'][number];

export function factsOf(session: Session): SessionFacts {
  const { id, recipe } = trunkOf(session);
  return {
    dataset: recipe.task.dataset,
    hidden: [...recipe.model.hidden],
    levels: recipe.pruning.levels,
    arms: [...recipe.arms],
    seeds: recipe.seeds.length,
    branches: session.branches.length,
    runs: session.runs.length,
    lines: linesOf(session, id),
  };
}

function linesOf(session: Session, branch: string): FactLine[] {
  const summaries = summarise(session.runs.filter((run) => run.branch === branch).map(figuresOf));
  const line = (arm: Arm): FactLine => ({
    arm,
    points: summaries
      .filter((summary) => summary.level === 0 || summary.arm === arm)
      .map(({ density, testAccuracy }) => ({ density: density.mean, accuracy: testAccuracy.mean })),
  });
  return trunkOf(session)
    .recipe.arms.map(line)
    .filter(({ points }) => points.length > 1);
}
