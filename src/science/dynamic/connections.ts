/** Where the connections of dynamic sparse training (learner.ts) are at first; apart from it, since every worker draws and few learn by it. */
import type { Model } from '../../models/model.ts';
import { stream } from '../../numerics/streams.ts';
import { denseMask, type Mask } from '../mask.ts';
import type { Plan } from '../plan.ts';
import { layerCounts } from '../prune/counts.ts';
import { randomScores } from '../prune/criteria.ts';
import { keepTop } from '../prune/top.ts';
import type { RunId } from '../result.ts';

/** The mask before the first step: of every layer, so many weights as the level keeps, at random. */
export function firstConnections(plan: Plan, model: Model, { seed, level }: RunId): Mask {
  const counts = layerCounts(plan, model, level);
  const scores = randomScores(model, seed, `dynamic/${level}`);
  return Object.fromEntries(
    Object.entries(denseMask(model)).map(([name, present]) => [
      name,
      keepTop([{ scores: scores[name], present }], counts[name], stream(seed, `dynamic-ties/${level}/${name}`))[0],
    ]),
  );
}
