/**
 * Look-ups in a session's branches. Branches may grow from one another a hundred deep and runs are looked up by the
 * thousand, so every answer is found once and remembered.
 */
import type { Plan } from '../science/plan.ts';
import type { Branch } from './session.ts';

export class Tree {
  private readonly byId = new Map<string, Branch>();
  private readonly plans = new Map<Branch, Plan>();
  /** Of a branch, the owners of the levels that it took over. */
  private readonly pasts = new Map<Branch, readonly Branch[]>();

  constructor(private readonly branches: readonly Branch[]) {
    for (const branch of branches) if (!this.byId.has(branch.id)) this.byId.set(branch.id, branch);
  }

  branch(id: string): Branch {
    return this.byId.get(id) ?? this.branches[0];
  }

  owner(id: string, level: number): Branch {
    const branch = this.branch(id);
    return this.past(branch)[level] ?? branch;
  }

  plan(id: string): Plan {
    const branch = this.branch(id);
    let plan = this.plans.get(branch);
    if (plan === undefined) {
      const { recipe, parent, fromLevel } = branch;
      plan = { recipe, from: parent === null || fromLevel === null ? null : { plan: this.plan(parent), level: fromLevel } };
      this.plans.set(branch, plan);
    }
    return plan;
  }

  private past(branch: Branch): readonly (Branch | undefined)[] {
    const { parent, fromLevel } = branch;
    if (parent === null) return [];
    let past = this.pasts.get(branch);
    if (past === undefined) {
      past = Array.from({ length: (fromLevel ?? 0) + 1 }, (_, level) => this.owner(parent, level));
      this.pasts.set(branch, past);
    }
    return past;
  }
}
