/**
 * The lab: one session on the bench, the experiment that fills it, and what of it is shown. Everything it touches
 * outside itself is given to it, so that tests can run it without a page.
 */
import { m } from '../../paraglide/messages.js';
import type { Model } from '../../models/model.ts';
import { figuresOf, summarise, type RunFigures, type Summary } from '../../science/analysis/summary.ts';
import { runsOf } from '../../science/experiment.ts';
import { LabError } from '../../science/errors.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { Plan } from '../../science/plan.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import { importSession } from '../../sessions/file.ts';
import type { SharedSession } from '../../sessions/link.ts';
import {
  addRun,
  branchOf,
  changeBranch,
  findRun,
  newSession,
  ownerBranch,
  planOfBranch,
  renameSession,
  runsAlong,
  sessionName,
  standingBranches,
  TRUNK,
  type Branch,
  type Session,
  type SessionRun,
} from '../../sessions/session.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { Analyst } from '../../worker/analysis.ts';
import type { OpenLab } from '../../worker/client.ts';
import type { Student } from '../../worker/study.ts';
import { engineChoices, type EngineChoice } from '../../worker/protocol.ts';
import { Analyses } from './analyses.svelte.ts';
import { Album } from './album.svelte.ts';
import { Checkup } from './checkup.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { stepsOf } from '../../science/draw.ts';
import { consequenceOf, takeUp, type Consequence } from './branching.ts';
import { Experiment } from './experiment.svelte.ts';
import { openText, recipeNamed } from './files.ts';
import { Highlight } from './highlight.svelte.ts';
import { Keeper, type Shelf } from './keeper.svelte.ts';
import { ladderOf } from './ladder.ts';
import { levelStates, type LevelState } from './levels.ts';
import { runName, type LiveRun, type Schedule } from './live.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { Studies } from './studies.svelte.ts';

export interface LabOptions {
  readonly openLab: OpenLab;
  readonly student: Student;
  readonly analyst: Analyst;
  readonly openStore: () => Promise<Shelf>;
  /** Text of a file beside the page. */
  readonly fetchText: (path: string) => Promise<string>;
  /** What this browser remembers between visits; may throw. */
  readonly memory: () => Pick<Storage, 'getItem' | 'setItem'>;
  readonly schedule: Schedule;
  readonly now: () => number;
  readonly newId: () => string;
  /** Takes the link out of the page's address: what is on the bench is no longer what it says. */
  readonly leaveLink: () => void;
  /** Something small to begin with, so that the lab is never empty. */
  readonly first: Recipe;
}

/** How far one step goes. A level's phases are two here: pruning and rewinding are drawn at once, then it trains. */
export const stepKinds = ['minibatch', 'phase', 'level', 'all'] as const;
export type StepBy = (typeof stepKinds)[number];

/** A branch on the timeline. */
export interface BranchRow {
  readonly branch: Branch;
  readonly levels: readonly LevelState[];
  readonly summaries: readonly Summary[];
}

export class Lab {
  readonly notices = new Notices();
  readonly album = new Album();
  readonly keeper: Keeper;
  readonly experiment: Experiment;
  readonly draft: Draft;
  readonly selection: Selection;
  readonly studies: Studies;
  readonly analyses: Analyses;
  readonly highlight = new Highlight();
  /** Runs what a link holds again, beside everything else. */
  readonly check: Checkup;
  session: Session;
  /** The branch on the bench. */
  branchId = $state<string>(TRUNK);
  /** What a link told, until it is run again. */
  shared = $state.raw<SharedSession | null>(null);
  engineChoice = $state<EngineChoice>('auto');
  stepBy = $state<StepBy>('level');
  /** The branch that the experiment trains, or trained last. */
  private trainingBranch = $state<string>(TRUNK);
  /** Nobody has touched anything yet: the lab shows by itself what it does. */
  isFirstVisit = $state(false);

  readonly branch: Branch = $derived.by(() => branchOf(this.session, this.branchId));
  readonly plan: Plan = $derived.by(() => planOfBranch(this.session, this.branchId));
  readonly recipe: Recipe = $derived.by(() => this.branch.recipe);
  readonly name: string = $derived.by(() => sessionName(this.session));
  readonly model: Model = $derived.by(() => modelOf(this.recipe));
  readonly ladder: readonly number[] = $derived.by(() => ladderOf(this.plan, this.model, this.figures));
  /** Runs along the branch, those of what it grew from included. */
  readonly runs: readonly SessionRun[] = $derived.by(() => runsAlong(this.session, this.branchId));
  readonly figures: readonly RunFigures[] = $derived.by(() => this.shared?.figures ?? this.runs.map(figuresOf));
  /** Runs along the branch that train now. */
  readonly live: readonly LiveRun[] = $derived.by(() => this.liveAlong(this.branchId));
  readonly summaries: readonly Summary[] = $derived.by(() => summarise(this.figures));
  readonly levels: readonly LevelState[] = $derived.by(() => levelStates(this.plan, this.ladder, this.figures, this.live, this.summaries));
  readonly isComplete: boolean = $derived.by(() => this.levels.every(({ isDone }) => isDone));
  /** The first level with something left to train; the last one where there is none. */
  readonly nextLevel: number = $derived.by(() => (this.levels.find(({ isDone }) => !isDone) ?? this.levels[this.levels.length - 1]).level);
  /** The level that a what-if would grow from: the one somebody looks at, else the dense network. */
  readonly forkLevel: number = $derived.by(() => Math.min(this.selection.level ?? 0, Math.max(0, this.recipe.pruning.levels - 1)));
  /** What running the edited recipe would do; null while it cannot run. */
  readonly consequence: Consequence | null = $derived.by(() =>
    this.draft.recipe === null ? null : consequenceOf(this.session, this.branchId, this.draft.recipe),
  );
  /** The branches in sight, the trunk first, each with its levels. */
  readonly rows: readonly BranchRow[] = $derived.by(() => standingBranches(this.session).map((branch) => this.rowOf(branch)));
  /** Seconds until everything is trained, or null while there is no telling. */
  readonly secondsLeft: number | null = $derived.by(() => this.experiment.secondsFor(this.stepsLeft()));

  constructor(private readonly options: LabOptions) {
    this.session = $state.raw(newSession(options.first));
    this.draft = new Draft(options.first);
    this.keeper = new Keeper({
      openStore: options.openStore,
      notices: this.notices,
      newId: options.newId,
      fork: () => this.fork(),
    });
    this.experiment = new Experiment({
      openLab: options.openLab,
      schedule: options.schedule,
      now: options.now,
      listeners: {
        finished: (result) => this.record(result),
        trained: (outcome, live) => this.album.add(outcome, live),
        failed: (error) => this.notices.report('run', error),
        restarted: (message) => this.notices.report('run', new LabError(message, 'engine')),
      },
    });
    const { openLab, schedule, now } = options;
    this.check = new Checkup({ openLab, schedule, now, matched: (outcome) => this.album.add(outcome, undefined) });
    this.selection = new Selection(this);
    this.studies = new Studies(this, options.student);
    this.analyses = new Analyses(this, options.analyst);
    const engine = this.recall('engine');
    this.engineChoice = engineChoices.find((choice) => choice === engine) ?? 'auto';
  }

  /**
   * Opens what the link says, else what was last on the bench; on a first visit, runs the small recipe by itself once it
   * is seen. A link that cannot be read is told of, beside what opens instead.
   */
  async begin(hash: string, isSeen = true): Promise<void> {
    const failure = hash === '' ? undefined : await this.tryLink(hash);
    if (hash !== '' && failure === undefined) return;
    await this.openLast(isSeen);
    if (failure !== undefined) this.notices.report('open', failure);
  }

  private async openLast(isSeen: boolean): Promise<void> {
    const last = this.recall('session');
    if (last !== null && (await this.keeper.holds(last)) && (await this.openStored(last))) return;
    if (last === null && this.session.runs.length === 0) {
      this.isFirstVisit = true;
      if (isSeen) this.greet();
    }
  }

  /** Something moves for whoever sees the lab for the first time. */
  greet(): void {
    if (this.isFirstVisit && this.experiment.status === 'idle') this.run();
  }

  /** False where it cannot be opened; a notice says why. */
  async openStored(id: string): Promise<boolean> {
    try {
      const stored = await this.keeper.load(id);
      if (stored === null) return false;
      this.options.leaveLink();
      this.show(stored.session);
      this.keeper.begin(stored.id, stored.revision);
      this.remember('session', stored.id);
      return true;
    } catch (error) {
      this.notices.report('open', error);
      return false;
    }
  }

  async openLink(hash: string): Promise<void> {
    const failure = await this.tryLink(hash);
    if (failure !== undefined) this.notices.report('open', failure);
  }

  /** What is wrong with the link; undefined where it opened. */
  private async tryLink(hash: string): Promise<unknown> {
    try {
      const { decodeLink } = await import('../../sessions/link.ts');
      const shared = await decodeLink(hash);
      this.show(newSession({ ...shared.recipe, name: shared.name }));
      this.keeper.begin();
      this.shared = shared;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** A dropped or chosen file: a session or a recipe. False where it is neither; a notice says why. */
  openFile(text: string, fileName: string): boolean {
    try {
      const opened = openText(text, fileName);
      if (opened.kind === 'recipe') this.openRecipe(opened.recipe);
      else this.openSession(opened.session);
      return true;
    } catch (error) {
      this.notices.report('open', error);
      return false;
    }
  }

  /** Of a run along the branch on the bench: its result, what is seen of it while it trains, its newest weights at hand. */
  resultOf(run: RunId): SessionRun | undefined {
    return findRun(this.session, this.branchId, run);
  }

  liveOf(run: RunId): LiveRun | undefined {
    const name = runName(run);
    return this.live.find((live) => runName(live.run) === name);
  }

  weightsOf(run: RunId): Tensors | null {
    const live = this.liveOf(run);
    return live === undefined ? (this.album.find(this.resultOf(run)?.key ?? '')?.weights ?? null) : live.parameters;
  }

  /** Whether a run's weights were looked for in vain. */
  isLost(run: RunId): boolean {
    return this.album.isLost(this.resultOf(run)?.key ?? '');
  }

  /** Puts a branch, and a level of it where one is told, on the bench. */
  select(branchId: string, level?: number): void {
    if (branchId !== this.branchId) {
      this.branchId = branchId;
      this.draft.open(this.recipe);
    }
    if (level !== undefined) this.selection.level = level;
  }

  renameBranch(id: string, name: string): void {
    this.session = changeBranch(this.session, id, { name: name.trim().slice(0, 200) });
    this.keep();
  }

  /** Puts a what-if aside, with all that grew from it, or brings it back. */
  pruneBranch(id: string, pruned: boolean): void {
    this.session = changeBranch(this.session, id, { pruned });
    if (!standingBranches(this.session).some((branch) => branch.id === this.branchId)) {
      if (this.trainingBranch === this.branchId) this.experiment.stop();
      this.select(branchOf(this.session, id).parent ?? TRUNK);
    }
    this.keep();
  }

  /** A session from outside, which is kept here from now on. */
  openSession(session: Session): void {
    this.options.leaveLink();
    this.show(session);
    this.keeper.begin();
    this.keep();
  }

  /** A fresh session with this recipe; the one before it stays where it is kept. */
  openRecipe(recipe: Recipe): void {
    this.options.leaveLink();
    this.show(newSession(recipe));
    this.keeper.begin();
  }

  /** A session that ships with the lab: as a link, which can be checked and run again, or with its what-ifs as a file. */
  async openExample(file: string): Promise<void> {
    try {
      const text = await this.options.fetchText(`examples/${file}`);
      if (file.endsWith('.json')) this.openSession(importSession(text, file));
      else await this.openLink(text.trim());
    } catch (error) {
      this.notices.report('recipes', error);
    }
  }

  async openReadyMade(file: string): Promise<void> {
    try {
      this.openRecipe(recipeNamed(await this.options.fetchText(`recipes/${file}`), file));
    } catch (error) {
      this.notices.report('recipes', error);
    }
  }

  /**
   * Trains up to a level (the last one if not told); goes on where it was paused or held. With an allowance, each run
   * pauses after so many steps.
   */
  run(limit?: number, allowance = Infinity): void {
    if (this.draft.recipe === null) return;
    if (this.draft.isChanged) this.adopt(this.draft.recipe);
    if (this.shared !== null) {
      this.check.close();
      this.shared = null;
      this.keeper.begin();
    }
    this.options.leaveLink();
    this.notices.clear('run');
    this.selection.follow();
    const last = limit ?? this.recipe.pruning.levels;
    if (this.experiment.isActive && this.trainingBranch !== this.branchId) this.experiment.stop();
    if (this.experiment.isActive) {
      this.experiment.allow(last, allowance);
      return;
    }
    // So that a reload finds the recipe before its first level is done; what merely shows itself is not worth it.
    if (!this.isFirstVisit) this.keep();
    this.trainingBranch = this.branchId;
    void this.experiment.start(this.plan, this.engineChoice, this.keeper.notebook(), last, allowance);
  }

  pause(): void {
    this.experiment.pause();
  }

  toggle(): void {
    const { status } = this.experiment;
    if (status === 'running' || status === 'loading') this.pause();
    else if (!this.isComplete || this.draft.isChanged || this.shared !== null) this.run();
  }

  /** Trains one level and holds there. */
  stepLevel(): void {
    this.run(this.nextLevel);
  }

  /** One step of the kind that was chosen: one minibatch; to the end of the phase; to the end of the level; to the end. */
  step(): void {
    const isDrawn = this.live.length > 0;
    if (this.stepBy === 'minibatch') this.run(this.nextLevel, 1);
    else if (this.stepBy === 'phase' && !isDrawn) this.run(this.nextLevel, 0);
    else if (this.stepBy === 'all') this.run();
    else this.stepLevel();
  }

  stop(): void {
    this.experiment.stop();
  }

  /** Changes a field: at once where nothing would be lost, else when it is run. */
  edit(path: string, value: unknown): void {
    this.isFirstVisit = false;
    this.draft.set(path, value);
    this.settle();
  }

  /** Takes the last edit of the recipe back. */
  undo(): void {
    this.draft.undo();
    this.settle();
  }

  redo(): void {
    this.draft.redo();
    this.settle();
  }

  /** False where the text is no recipe; the draft says why. */
  editText(text: string): boolean {
    const isRecipe = this.draft.setText(text);
    this.settle();
    return isRecipe;
  }

  rename(name: string): void {
    this.session = renameSession(this.session, name.trim().slice(0, 200));
    if (this.session.runs.length > 0) this.keep();
  }

  chooseEngine(choice: EngineChoice): void {
    if (choice === this.engineChoice) return;
    this.engineChoice = choice;
    this.remember('engine', choice);
    const goesOn = this.experiment.status === 'running' || this.experiment.status === 'loading';
    const { limit } = this.experiment;
    this.experiment.close();
    if (goesOn) this.run(limit);
  }

  /** Takes up the recipe: on this branch where its runs stay what they are, on a what-if that grows from it, or in a new session. */
  adopt(recipe: Recipe): void {
    this.experiment.stop();
    const place = takeUp(this.session, this.branchId, recipe, this.forkLevel, this.options.newId);
    if (place === null) {
      this.openRecipe(recipe);
      return;
    }
    this.session = place.session;
    this.branchId = place.branchId;
    this.draft.rebase(recipe);
    if (this.session.runs.length > 0) this.keep();
  }

  private settle(): void {
    const { recipe } = this.draft;
    if (recipe !== null && this.session.runs.length === 0 && this.shared === null && !this.experiment.isActive) this.adopt(recipe);
  }

  private show(session: Session): void {
    this.experiment.close();
    this.check.close();
    this.analyses.close();
    this.album.clear();
    this.isFirstVisit = false;
    this.shared = null;
    this.notices.clear('run');
    this.notices.clear('open');
    this.notices.clear('fork');
    this.session = session;
    this.branchId = session.branches[0].id;
    this.draft.open(this.recipe);
    this.selection.reset();
  }

  /** Another tab changed what is on the bench: it goes on here under another name, and says so. */
  private fork(): Session {
    // Not what was being saved: more may have been found meanwhile.
    const { name } = this;
    this.session = renameSession(this.session, m.sessions_copy_name({ name }));
    this.remember('session', this.keeper.id);
    this.notices.report('fork', new LabError(m.library_forked({ name, copy: this.name }), 'storage'));
    return this.session;
  }

  private record(result: RunResult): void {
    this.session = addRun(this.session, ownerBranch(this.session, this.trainingBranch, result.level).id, result);
    this.keep();
  }

  private keep(): void {
    this.remember('session', this.keeper.id);
    this.keeper.save(this.session);
  }

  /** The experiment's runs on levels that a branch shares with the one that trains. */
  private liveAlong(branchId: string): readonly LiveRun[] {
    const owner = (id: string, level: number): string => ownerBranch(this.session, id, level).id;
    return this.experiment.live.runs.filter(({ run }) => owner(branchId, run.level) === owner(this.trainingBranch, run.level));
  }

  private rowOf(branch: Branch): BranchRow {
    if (branch.id === this.branchId) return { branch, levels: this.levels, summaries: this.summaries };
    const plan = planOfBranch(this.session, branch.id);
    const figures = runsAlong(this.session, branch.id).map(figuresOf);
    const summaries = summarise(figures);
    return {
      branch,
      levels: levelStates(plan, ladderOf(plan, this.model, figures), figures, this.liveAlong(branch.id), summaries),
      summaries,
    };
  }

  private stepsLeft(): number {
    const done = new Set(this.figures.map(runName));
    const begun = this.live.reduce((sum, { start, position }) => sum + position - start, 0);
    const left = runsOf(this.plan, this.experiment.limit).filter((run) => !done.has(runName(run)));
    return left.reduce((sum, run) => sum + stepsOf(this.plan, run), -begun);
  }

  private recall(key: string): string | null {
    try {
      return this.options.memory().getItem(key);
    } catch {
      return null;
    }
  }

  private remember(key: string, value: string): void {
    try {
      this.options.memory().setItem(key, value);
    } catch {
      // Storage is blocked; the keeper's notice says so.
    }
  }
}
