/**
 * What follows, level after level, from the level that a level is cut from. Each level is worked out once and remembered
 * with its plan, and a what-if goes on from what the plan it grew from remembers: plans nested in one another cost no
 * more than the levels that each adds.
 */
import type { Model } from '../../models/model.ts';
import { parentLevel, type Plan } from '../plan.ts';

export class ByLevel<Value> {
  private readonly known = new WeakMap<Model, WeakMap<Plan, Value[]>>();

  constructor(
    /** Of level 0, which is cut from nothing. */
    private readonly dense: (model: Model) => Value,
    /** Of a level that the plan's own recipe governs, from that of its parent level. */
    private readonly next: (plan: Plan, model: Model, level: number, before: Value) => Value,
  ) {}

  at(plan: Plan, model: Model, level: number): Value {
    return this.upTo(plan, model, level)[level];
  }

  /** Of levels 0..`last`, in order. */
  upTo(plan: Plan, model: Model, last: number): readonly Value[] {
    const values = this.valuesOf(plan, model);
    for (let level = values.length; level <= last; level++) {
      values.push(this.next(plan, model, level, values[parentLevel(plan, level)]));
    }
    return values.slice(0, last + 1);
  }

  private valuesOf(plan: Plan, model: Model): Value[] {
    let plans = this.known.get(model);
    if (plans === undefined) this.known.set(model, (plans = new WeakMap()));
    let values = plans.get(plan);
    if (values === undefined) plans.set(plan, (values = this.past(plan, model)));
    return values;
  }

  private past({ from }: Plan, model: Model): Value[] {
    return from === null ? [this.dense(model)] : [...this.upTo(from.plan, model, from.level)];
  }
}
