/** How much the rounds of a level cut: of weights, or of the units, inputs and blocks that a structure counts. */
import { baseLevel, ownerOf, parentLevel, type Plan } from '../plan.ts';

/** What is left of `kept` after one round at `rate` (0 ≤ rate < 1): a round cuts round-half-up(rate × kept now). */
export function keptAfterRound(kept: number, rate: number): number {
  return kept - Math.floor(rate * kept + 0.5);
}

/** What is left of `kept`, those of the level that `level` is cut from, where a round of the recipe cuts `rate`. */
export function keptAfterRounds(plan: Plan, level: number, kept: number, rate: number): number {
  const owner = ownerOf(plan, level);
  let rounds = known.get(owner);
  if (rounds === undefined) known.set(owner, (rounds = new Rounds(owner)));
  return rounds.left(level, kept, rate);
}

/** The rounds of the levels that a plan's own recipe governs. What a round needs of those before it is remembered. */
class Rounds {
  private readonly base: number;
  /** What a count comes to, round after round, where all rounds are made at once; by count and rate. */
  private readonly falls = new Map<string, number[]>();
  /** Share that all rounds together keep, by rate. */
  private readonly shares = new Map<number, number>();

  constructor(private readonly plan: Plan) {
    this.base = baseLevel(plan);
  }

  left(level: number, kept: number, rate: number): number {
    if (parentLevel(this.plan, level) === level - 1) return keptAfterRound(kept, this.cutAt(level, rate));
    const key = `${kept}/${rate}`;
    let fall = this.falls.get(key);
    if (fall === undefined) this.falls.set(key, (fall = [kept]));
    while (fall.length <= level - this.base) fall.push(keptAfterRound(fall[fall.length - 1], rate));
    return fall[level - this.base];
  }

  /** The share of what is left that a level's round cuts. */
  private cutAt(level: number, rate: number): number {
    if (this.plan.recipe.pruning.schedule !== 'gradual') return rate;
    return 1 - this.gradualShare(level, rate) / this.gradualShare(level - 1, rate);
  }

  /**
   * Share kept at a level of gradual rounds that together cut what as many iterative ones at `rate` would:
   * s(t) = s_f (1 − (1 − t)³), quick at first and slow at the end (Zhu & Gupta 2017).
   */
  private gradualShare(level: number, rate: number): number {
    const rounds = this.plan.recipe.pruning.levels - this.base;
    const rest = 1 - (level - this.base) / rounds;
    return 1 - (1 - this.shareOf(rounds, rate)) * (1 - rest * rest * rest);
  }

  private shareOf(rounds: number, rate: number): number {
    let share = this.shares.get(rate);
    if (share === undefined) {
      share = 1;
      for (let round = 0; round < rounds; round++) share *= 1 - rate;
      this.shares.set(rate, share);
    }
    return share;
  }
}

const known = new WeakMap<Plan, Rounds>();
