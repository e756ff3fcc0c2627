/** What is worked out again of runs that have ended, from what the notebook kept of them and of the runs they grew from. */
import { isCutNext } from '../../science/analysis/next-cut.ts';
import { ancestorsOf } from '../../science/chain.ts';
import type { Ancestors } from '../../science/draw.ts';
import type { Plan } from '../../science/plan.ts';
import { runKey } from '../../science/recipe/identity.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import { findRun, type Session } from '../../sessions/session.ts';
import type { Origin, Transition } from '../../science/analysis/transition.ts';
import type { Mask } from '../../science/mask.ts';
import type { Subject } from '../../worker/analysis.ts';
import type { Student, Study } from '../../worker/study.ts';
import type { Album, Picture } from './album.svelte.ts';
import type { Keeper } from './keeper.svelte.ts';
import { cutFrom } from './phases.ts';

/** Of the lab, what studies look at. */
interface Bench {
  readonly plan: Plan;
  readonly session: Session;
  readonly branchId: string;
  readonly keeper: Keeper;
  readonly album: Album;
}

export class Studies {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly bench: Bench,
    private readonly student: Student,
  ) {}

  /** Null where the weights of the run, or of one it grew from, are not kept here. */
  async of(run: RunId): Promise<Study | null> {
    const subject = await this.subject(run);
    if (subject === null) return null;
    const { plan, ancestors, mask, final } = subject;
    const before = await this.before(run);
    return this.student({ plan, run, ancestors, before, mask, final: final.parameters });
  }

  /** How a run in training, of which the mask is known, came out of the one before; null where that is not kept here. */
  async beginning(run: RunId, mask: Mask): Promise<Transition | null> {
    const { plan } = this.bench;
    const ancestors = await this.ancestors(run);
    if (ancestors === null) return null;
    const study = await this.student({ plan, run, ancestors, before: await this.before(run), mask, final: null });
    return study.transition;
  }

  /** Of a random mask, the run of its own arm that it is cut from. */
  private async before(run: RunId): Promise<Origin | null> {
    return run.arm === 'random-mask' && run.level > 0 ? this.outcome(cutFrom(this.bench.plan, run)) : null;
  }

  /** A run with what was kept of it and of those it grew from; null where that is not here. */
  async subject(run: RunId): Promise<Subject | null> {
    const { plan } = this.bench;
    const own = await this.outcome(run);
    const ancestors = await this.ancestors(run);
    if (own === null || (run.level > 0 && ancestors === null)) return null;
    const { mask, final, kept } = own;
    return { plan, run, ancestors, mask, final, kept };
  }

  /** Completes a run's picture in the album, where something is missing and can be had. */
  async complete(result: RunResult, picture: Picture): Promise<void> {
    const { key } = result;
    const isWhole = picture.histograms !== null && (picture.next !== null || !isCutNext(this.bench.plan, result));
    if (isWhole || this.underWay.has(key)) return;
    this.underWay.add(key);
    const study = await this.of(result).finally(() => this.underWay.delete(key));
    if (study !== null) this.bench.album.complete(key, study.histograms, study.next);
  }

  /** Null at level 0, and where what it grew from is not kept here. */
  private async ancestors(run: RunId): Promise<Ancestors | null> {
    const { plan, session, branchId } = this.bench;
    const dense = findRun(session, branchId, { seed: run.seed, arm: 'ticket', level: 0 });
    if (run.level === 0 || dense === undefined) return null;
    const { arithmeticVersion } = dense.engine;
    return ancestorsOf(plan, run, (of, other) => this.bench.keeper.weights(session).find(runKey(of, other, arithmeticVersion)));
  }

  private async outcome(run: RunId): Promise<RunOutcome | null> {
    const result: RunResult | undefined = findRun(this.bench.session, this.bench.branchId, run);
    return result === undefined ? null : this.bench.keeper.weights(this.bench.session).find(result.key);
  }
}
