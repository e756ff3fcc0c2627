/**
 * The session on the bench: its tree of branches, the branch that is shown, and what follows from both. Only look-ups
 * live here; the lab does things.
 */
import type { Model } from '../../models/model.ts';
import { figuresOf, summarise, type RunFigures, type Summary } from '../../science/analysis/summary.ts';
import type { Mark } from '../../science/divergence.ts';
import { stepsOf } from '../../science/draw.ts';
import { runsOf } from '../../science/experiment.ts';
import type { Plan } from '../../science/plan.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId } from '../../science/result.ts';
import type { SharedSession } from '../../sessions/link.ts';
import { toldAlong } from '../../sessions/link/along.ts';
import {
  branchOf,
  findRun,
  marksAlong,
  newSession,
  ownerBranch,
  planOfBranch,
  runsAlong,
  sessionName,
  standingBranches,
  TRUNK,
  trunkOf,
  type Branch,
  type Session,
  type SessionRun,
} from '../../sessions/session.ts';
import type { Experiment } from './experiment.svelte.ts';
import { ladderOf } from './ladder.ts';
import { levelStates, type LevelState } from './levels.ts';
import { runName, type LiveRun } from './live.svelte.ts';

/** A branch on the timeline. Its levels are worked out when somebody looks at them: of hundreds of branches few are in sight. */
export class BranchRow {
  readonly levels: readonly LevelState[] = $derived.by(() => this.levelsOf());

  constructor(
    readonly branch: Branch,
    private readonly levelsOf: () => readonly LevelState[],
  ) {}
}

export abstract class Bench {
  session: Session;
  /** The branch that is shown. */
  branchId = $state<string>(TRUNK);
  /** The branch that the experiment trains, or trained last. */
  trainingBranch = $state<string>(TRUNK);
  /** What a link told, until it is run again. */
  shared = $state.raw<SharedSession | null>(null);
  abstract readonly experiment: Experiment;

  readonly branch: Branch = $derived.by(() => branchOf(this.session, this.branchId));
  readonly plan: Plan = $derived.by(() => planOfBranch(this.session, this.branchId));
  readonly recipe: Recipe = $derived.by(() => this.branch.recipe);
  readonly name: string = $derived.by(() => sessionName(this.session));
  private readonly trunkRecipe: Recipe = $derived.by(() => trunkOf(this.session).recipe);
  /** All branches have the trunk's network. It is one object while that stays: what follows from it is remembered with it. */
  readonly model: Model = $derived.by(() => modelOf(this.trunkRecipe));
  readonly ladder: readonly number[] = $derived.by(() => ladderOf(this.plan, this.model, () => this.figures));
  /** Runs along the branch, those of what it grew from included. */
  readonly runs: readonly SessionRun[] = $derived.by(() => runsAlong(this.session, this.branchId));
  readonly figures: readonly RunFigures[] = $derived.by(() => this.figuresAlong(this.branchId));
  /** What diverged along the branch. */
  readonly marks: readonly Mark[] = $derived.by(() => this.marksOf(this.branchId));
  /** Whether some of them came with a file. */
  readonly isForeign: boolean = $derived.by(() => this.runs.some(({ origin }) => origin !== undefined));
  /** Runs along the branch that train now. */
  readonly live: readonly LiveRun[] = $derived.by(() => this.liveAlong(this.branchId));
  readonly summaries: readonly Summary[] = $derived.by(() => summarise(this.figures));
  readonly levels: readonly LevelState[] = $derived.by(() =>
    levelStates(this.plan, this.ladder, this.figures, this.live, this.summaries, this.marks),
  );
  readonly isComplete: boolean = $derived.by(() => this.levels.every(({ isDone }) => isDone));
  /** The first level with something left to train; the last one where there is none. */
  readonly nextLevel: number = $derived.by(() => (this.levels.find(({ isDone }) => !isDone) ?? this.levels[this.levels.length - 1]).level);
  /** The branches in sight, the trunk first, each with its levels. */
  readonly rows: readonly BranchRow[] = $derived.by(() =>
    standingBranches(this.session).map((branch) => new BranchRow(branch, () => this.levelsAlong(branch.id))),
  );
  /** Seconds until everything is trained, or null while there is no telling. */
  readonly secondsLeft: number | null = $derived.by(() => this.experiment.secondsFor(this.stepsLeft()));

  constructor(first: Recipe) {
    this.session = $state.raw(newSession(first));
  }

  /** Of a run along the branch that is shown: its result. */
  resultOf(run: RunId): SessionRun | undefined {
    return findRun(this.session, this.branchId, run);
  }

  /** What is seen of it while it trains. */
  liveOf(run: RunId): LiveRun | undefined {
    const name = runName(run);
    return this.live.find((live) => runName(live.run) === name);
  }

  private figuresAlong(branchId: string): readonly RunFigures[] {
    const { session, shared } = this;
    if (shared === null) return runsAlong(session, branchId).map(figuresOf);
    return toldAlong(shared, session, branchId, shared.figures);
  }

  private marksOf(branchId: string): readonly Mark[] {
    const { session, shared } = this;
    return shared === null ? marksAlong(session, branchId) : toldAlong(shared, session, branchId, shared.marks);
  }

  /** The experiment's runs on levels that a branch shares with the one that trains. */
  private liveAlong(branchId: string): readonly LiveRun[] {
    const owner = (id: string, level: number): string => ownerBranch(this.session, id, level).id;
    return this.experiment.live.runs.filter(({ run }) => owner(branchId, run.level) === owner(this.trainingBranch, run.level));
  }

  private levelsAlong(branchId: string): readonly LevelState[] {
    if (branchId === this.branchId) return this.levels;
    const plan = planOfBranch(this.session, branchId);
    const figures = this.figuresAlong(branchId);
    const ladder = ladderOf(plan, this.model, () => figures);
    return levelStates(plan, ladder, figures, this.liveAlong(branchId), summarise(figures), this.marksOf(branchId));
  }

  private stepsLeft(): number {
    // What came with a file is trained again before anything grows from it.
    const here = this.shared?.figures ?? this.runs.filter(({ origin }) => origin === undefined);
    const done = new Set([...here, ...this.levels.flatMap(({ missing }) => missing.map(({ run }) => run))].map(runName));
    const begun = this.live.reduce((sum, { start, position }) => sum + position - start, 0);
    const left = runsOf(this.plan, this.experiment.limit).filter((run) => !done.has(runName(run)));
    return left.reduce((sum, run) => sum + stepsOf(this.plan, run), -begun);
  }
}
