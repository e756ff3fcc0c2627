/**
 * The lab: one session on the bench, the experiment that fills it, and what of it is shown. Everything it touches
 * outside itself is given to it, so that tests can run it without a page.
 */
import { m } from '../../paraglide/messages.js';
import type { Divergence } from '../../science/divergence.ts';
import { LabError } from '../../science/errors.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import { basisOf } from '../../sessions/check.ts';
import { copyName } from '../../sessions/limits.ts';
import { lackOfRoom } from '../../sessions/room.ts';
import {
  addMark,
  addRun,
  branchOf,
  changeBranch,
  findRun,
  liftMarks,
  marksAlong,
  ownerBranch,
  renameSession,
  standingBranches,
  TRUNK,
  type Session,
} from '../../sessions/session.ts';
import type { OpenedLink } from '../../sessions/link.worker.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { Analyst } from '../../worker/analysis.ts';
import type { OpenLab } from '../../worker/client.ts';
import type { Student } from '../../worker/study.ts';
import { engineChoices, type EngineChoice } from '../../worker/protocol.ts';
import type { Analyses } from './analyses.svelte.ts';
import { Album } from './album.svelte.ts';
import { Bench } from './bench.svelte.ts';
import type { Checkup, CheckupOptions } from './checkup.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { drawsAnew } from './edits.ts';
import { consequenceOf, takeUp, type Consequence } from './branching.ts';
import { Experiment } from './experiment.svelte.ts';
import { Highlight } from './highlight.svelte.ts';
import { Keeper, type Shelf } from './keeper.svelte.ts';
import type { Schedule } from './live.svelte.ts';
import { Memory } from './memory.ts';
import { Notices } from './notices.svelte.ts';
import { Opener } from './opener.ts';
import { Selection } from './selection.svelte.ts';
import { Studies } from './studies.svelte.ts';
import { Transport } from './transport.svelte.ts';

export interface LabOptions {
  readonly openLab: OpenLab;
  readonly student: Student;
  readonly analyst: Analyst;
  readonly openStore: (tell: (error: LabError) => void) => Promise<Shelf>;
  /** Frees the room of what deleted sessions left behind; the page does not wait for it. */
  readonly sweep: () => Promise<void>;
  /** Reads the link of a hash; rejects with a LabError that says what is wrong with it. */
  readonly readLink: (hash: string) => Promise<OpenedLink>;
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

export class Lab extends Bench {
  readonly notices = new Notices();
  readonly album = new Album();
  readonly keeper: Keeper;
  override readonly experiment: Experiment;
  readonly transport: Transport;
  readonly open: Opener;
  readonly draft: Draft;
  readonly selection: Selection;
  readonly studies: Studies;
  /** Made by the first view that asks it something, so that the page does not load it before. */
  private analyses: Analyses | null = null;
  readonly highlight = new Highlight();
  /** Runs what a link holds again, beside everything else. */
  check = $state.raw<Checkup | null>(null);
  engineChoice = $state<EngineChoice>('auto');
  /** Nobody has touched anything yet: the lab shows by itself what it does. */
  isFirstVisit = $state(false);

  /** The level that a what-if would grow from: the one somebody looks at, or the last above it with a ticket; else the dense network. */
  readonly forkLevel: number = $derived.by(() => {
    if (this.draft.recipe !== null && drawsAnew(this.recipe, this.draft.recipe)) return 0;
    const { pruning, seeds } = this.recipe;
    let level = Math.min(this.selection.level ?? 0, Math.max(0, pruning.levels - 1));
    const hasNoTicket = (): boolean => this.levels[level].missing.filter(({ run }) => run.arm === 'ticket').length === seeds.length;
    while (level > 0 && hasNoTicket()) level--;
    return level;
  });
  /** What running the edited recipe would do; null while it cannot run. */
  readonly consequence: Consequence | null = $derived.by(() =>
    this.draft.recipe === null ? null : consequenceOf(this.session, this.branchId, this.draft.recipe, this.forkLevel),
  );
  private readonly memory: Memory;

  constructor(private readonly options: LabOptions) {
    super(options.first);
    this.memory = new Memory(options.memory);
    this.draft = new Draft(options.first);
    this.keeper = new Keeper({
      openStore: options.openStore,
      sweep: options.sweep,
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
        divergence: (key) => this.session.diverged?.find((mark) => mark.key === key && mark.origin === undefined),
        diverged: (mark) => this.mark(mark),
        failed: (error) => this.notices.report('run', error),
        restarted: (message) => this.notices.report('run', new LabError(message, 'engine')),
      },
    });
    this.selection = new Selection(this);
    this.studies = new Studies(this, options.student);
    this.transport = new Transport(this);
    const { fetchText, readLink, leaveLink } = options;
    this.open = new Opener(this, { memory: this.memory, fetchText, readLink, leaveLink });
    const engine = this.memory.recall('engine');
    this.engineChoice = engineChoices.find((choice) => choice === engine) ?? 'auto';
  }

  /** Made by the view that offers to run again what a link or a file says, so that the page does not load it before. */
  checkBy(make: (options: CheckupOptions) => Checkup): Checkup {
    const { openLab, schedule, now } = this.options;
    return (this.check ??= make({ openLab, schedule, now, matched: (outcome) => this.reproduced(outcome) }));
  }

  /** What was asked of runs and answered, kept from one view to the next. */
  analysesBy(make: (lab: Lab, analyst: Analyst) => Analyses): Analyses {
    return (this.analyses ??= make(this, this.options.analyst));
  }

  /** A run's newest weights, where they are at hand. */
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
    this.session = changeBranch(this.session, id, { name: name.trim() });
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

  /** Settles what trains from here on: the edited recipe is taken up, and a link's session becomes one of its own. */
  prepare(): void {
    if (this.draft.isChanged && this.draft.recipe !== null) this.adopt(this.draft.recipe);
    if (this.shared !== null) {
      this.check?.close();
      this.shared = null;
      this.keeper.begin();
    }
    this.options.leaveLink();
    this.notices.clear('run');
    this.selection.follow();
  }

  /** Trains the branch that is shown up to a level; with an allowance, each run pauses after so many steps. */
  train(limit: number, allowance: number): void {
    if (this.experiment.isActive && this.trainingBranch !== this.branchId) this.experiment.stop();
    if (this.experiment.isActive) {
      this.experiment.allow(limit, allowance);
      return;
    }
    const lack = lackOfRoom(this.session, this.branchId, this.plan);
    if (lack !== null) {
      this.notices.report('run', lack);
      return;
    }
    // So that a reload finds the recipe before its first level is done; what merely shows itself is not worth it.
    if (!this.isFirstVisit) this.keep();
    this.trainingBranch = this.branchId;
    void this.experiment.start(this.plan, this.engineChoice, this.keeper.notebook(), limit, allowance);
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
    this.session = renameSession(this.session, name.trim());
    if (this.session.runs.length > 0) this.keep();
  }

  chooseEngine(choice: EngineChoice): void {
    if (choice === this.engineChoice) return;
    this.engineChoice = choice;
    this.memory.remember('engine', choice);
    const goesOn = this.experiment.status === 'running' || this.experiment.status === 'loading';
    const { limit } = this.experiment;
    this.experiment.close();
    if (goesOn) this.transport.run(limit);
  }

  /** Takes up the recipe: on this branch where its runs stay what they are, on a what-if that grows from it, or in a new session. */
  adopt(recipe: Recipe): void {
    this.experiment.stop();
    const place = takeUp(this.session, this.branchId, recipe, this.forkLevel, this.options.newId);
    if (place === null) {
      this.open.recipe(recipe);
      return;
    }
    // What it grew from goes along; the session that had no room for it stays where it is kept.
    if (place.isApart) this.keeper.begin();
    this.session = place.session;
    this.branchId = place.branchId;
    this.draft.rebase(recipe);
    if (this.session.runs.length > 0) this.keep();
  }

  private settle(): void {
    const { recipe } = this.draft;
    if (recipe !== null && this.session.runs.length === 0 && this.shared === null && !this.experiment.isActive) this.adopt(recipe);
  }

  /** Clears the bench for another session. */
  show(session: Session): void {
    this.experiment.close();
    this.check?.close();
    this.analyses?.close();
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
    this.session = renameSession(this.session, copyName(name));
    this.memory.remember('session', this.keeper.id);
    this.notices.report('fork', new LabError(m.library_forked({ name, copy: this.name }), 'storage'));
    return this.session;
  }

  private record(result: RunResult): void {
    const before = findRun(this.session, this.trainingBranch, result);
    this.session = addRun(this.session, ownerBranch(this.session, this.trainingBranch, result.level).id, result);
    this.keep();
    if (before?.origin === undefined || basisOf(before.engine, result.engine).by !== 'bits') return;
    if (before.fingerprint !== result.fingerprint) this.notices.report('run', new LabError(m.app_foreign_differs(result), 'fingerprint'));
  }

  /** A checked run came out with the very bits that a link or a file tells of; one of a file is this lab's own from here on. */
  private reproduced(outcome: RunOutcome): void {
    this.album.add(outcome, undefined);
    const { result } = outcome;
    const claim = this.session.runs.find(({ key, fingerprint }) => key === result.key && fingerprint === result.fingerprint);
    // Of a link that somebody only looks at nothing is kept.
    if (claim?.origin === undefined) return;
    void this.keeper.notebook().keep(outcome);
    this.session = addRun(this.session, claim.branch, result);
    this.keep();
  }

  private mark(mark: Divergence): void {
    const { trainingBranch } = this;
    const branch = mark.isSource === true ? trainingBranch : ownerBranch(this.session, trainingBranch, mark.level).id;
    this.session = addMark(this.session, branch, mark);
    this.keep();
  }

  /** Trains what diverged along the branch that is shown once more, and what was left out for it. */
  retry(): void {
    this.session = liftMarks(
      this.session,
      marksAlong(this.session, this.branchId).map(({ key }) => key),
    );
    this.transport.run();
  }

  keep(): void {
    this.memory.remember('session', this.keeper.id);
    this.keeper.save(this.session);
  }
}
