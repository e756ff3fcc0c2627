/**
 * The lab: one session on the bench, the experiment that fills it, and what of it is shown. Everything it touches
 * outside itself is given to it, so that tests can run it without a page.
 */
import { m } from '../../paraglide/messages.js';
import type { Model } from '../../models/model.ts';
import { figuresOf, summarise, type RunFigures, type Summary } from '../../science/analysis/summary.ts';
import { runsOf } from '../../science/experiment.ts';
import { densityLadder } from '../../science/prune/counts.ts';
import { LabError } from '../../science/errors.ts';
import { recipeId } from '../../science/recipe/identity.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunResult } from '../../science/result.ts';
import { decodeLink, type SharedSession } from '../../sessions/link.ts';
import { addRun, newSession, renameSession, sessionName, TRUNK, trunkOf, type Session } from '../../sessions/session.ts';
import type { OpenLab } from '../../worker/client.ts';
import { engineChoices, type EngineChoice } from '../../worker/protocol.ts';
import { Album } from './album.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { sharesRuns } from './edits.ts';
import { stepsOf } from './estimate.ts';
import { Experiment } from './experiment.svelte.ts';
import { openText, recipeNamed } from './files.ts';
import { Keeper, type Shelf } from './keeper.svelte.ts';
import { levelStates, type LevelState } from './levels.ts';
import { runName, type Schedule } from './live.svelte.ts';
import { Notices } from './notices.svelte.ts';
import { Selection } from './selection.svelte.ts';

export interface LabOptions {
  readonly openLab: OpenLab;
  readonly openStore: () => Promise<Shelf>;
  /** Text of a file beside the page. */
  readonly fetchText: (path: string) => Promise<string>;
  /** What this browser remembers between visits; may throw. */
  readonly memory: () => Pick<Storage, 'getItem' | 'setItem'>;
  readonly schedule: Schedule;
  readonly now: () => number;
  readonly newId: () => string;
  /** Something small to begin with, so that the lab is never empty. */
  readonly first: Recipe;
}

export class Lab {
  readonly notices = new Notices();
  readonly album = new Album();
  readonly keeper: Keeper;
  readonly experiment: Experiment;
  readonly draft: Draft;
  readonly selection: Selection;
  session: Session;
  /** What a link told, until it is run again. */
  shared = $state.raw<SharedSession | null>(null);
  engineChoice = $state<EngineChoice>('auto');
  /** Nobody has touched anything yet: the lab shows by itself what it does. */
  isFirstVisit = $state(false);

  readonly recipe: Recipe = $derived.by(() => trunkOf(this.session).recipe);
  readonly name: string = $derived.by(() => sessionName(this.session));
  readonly model: Model = $derived.by(() => modelOf(this.recipe));
  readonly ladder: readonly number[] = $derived.by(() => densityLadder(this.recipe.pruning, this.model));
  readonly figures: readonly RunFigures[] = $derived.by(() => this.shared?.figures ?? this.session.runs.map(figuresOf));
  readonly summaries: readonly Summary[] = $derived.by(() => summarise(this.figures));
  readonly levels: readonly LevelState[] = $derived.by(() =>
    levelStates(this.recipe, this.ladder, this.figures, this.experiment.live.runs, this.summaries),
  );
  readonly isComplete: boolean = $derived.by(() => this.levels.every(({ isDone }) => isDone));
  /** The first level with something left to train; the last one where there is none. */
  readonly nextLevel: number = $derived.by(() => (this.levels.find(({ isDone }) => !isDone) ?? this.levels[this.levels.length - 1]).level);
  /** Seconds until everything is trained, or null while there is no telling. */
  readonly secondsLeft: number | null = $derived.by(() => this.experiment.secondsFor(this.stepsLeft()));

  constructor(private readonly options: LabOptions) {
    this.session = $state.raw(newSession(options.first));
    this.draft = new Draft(options.first);
    this.keeper = new Keeper({
      openStore: options.openStore,
      notices: this.notices,
      newId: options.newId,
      fork: (session) => this.fork(session),
    });
    this.experiment = new Experiment({
      openLab: options.openLab,
      schedule: options.schedule,
      now: options.now,
      listeners: {
        finished: (result) => this.record(result),
        trained: (outcome, live) => this.album.add(outcome, live),
        failed: (error) => this.notices.report('run', error),
      },
    });
    this.selection = new Selection(this);
    const engine = this.recall('engine');
    this.engineChoice = engineChoices.find((choice) => choice === engine) ?? 'auto';
  }

  /** Opens what the link says, else what was last on the bench; on a first visit, runs the small recipe by itself once it is seen. */
  async begin(hash: string, isSeen = true): Promise<void> {
    if (hash !== '') {
      await this.openLink(hash);
      return;
    }
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
    try {
      const shared = await decodeLink(hash);
      this.show(newSession({ ...shared.recipe, name: shared.name }));
      this.keeper.begin();
      this.shared = shared;
    } catch (error) {
      this.notices.report('open', error);
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

  /** A session from outside, which is kept here from now on. */
  openSession(session: Session): void {
    this.show(session);
    this.keeper.begin();
    this.keep();
  }

  /** A fresh session with this recipe; the one before it stays where it is kept. */
  openRecipe(recipe: Recipe): void {
    this.show(newSession(recipe));
    this.keeper.begin();
  }

  async openReadyMade(file: string): Promise<void> {
    try {
      this.openRecipe(recipeNamed(await this.options.fetchText(`recipes/${file}`), file));
    } catch (error) {
      this.notices.report('recipes', error);
    }
  }

  /** Trains up to a level (the last one if not told); goes on where it was paused or held. */
  run(limit?: number): void {
    if (this.draft.recipe === null) return;
    if (this.draft.isChanged) this.adopt(this.draft.recipe);
    if (this.shared !== null) {
      this.shared = null;
      this.keeper.begin();
    }
    this.notices.clear('run');
    this.selection.follow();
    const last = limit ?? this.recipe.pruning.levels;
    if (this.experiment.isActive) {
      this.experiment.allow(last);
      return;
    }
    this.remember('session', this.keeper.id);
    void this.experiment.start(this.recipe, this.engineChoice, this.keeper.notebook(), last);
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

  stop(): void {
    this.experiment.stop();
  }

  /** Changes a field: at once where nothing would be lost, else when it is run. */
  edit(path: string, value: unknown): void {
    this.isFirstVisit = false;
    this.draft.set(path, value);
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

  /** Takes up the recipe: in this session where its runs stay what they are, else in a new one. */
  adopt(recipe: Recipe): void {
    this.experiment.stop();
    if (this.session.runs.length > 0 && !sharesRuns(this.recipe, recipe)) {
      this.openRecipe(recipe);
      return;
    }
    const branches = this.session.branches.map((branch) =>
      branch.id === TRUNK ? { ...branch, name: recipe.name, recipe, recipeId: recipeId(recipe) } : branch,
    );
    this.session = { ...this.session, branches };
    this.draft.reset(recipe);
    if (this.session.runs.length > 0) this.keep();
  }

  private settle(): void {
    const { recipe } = this.draft;
    if (recipe !== null && this.session.runs.length === 0 && this.shared === null && !this.experiment.isActive) this.adopt(recipe);
  }

  private show(session: Session): void {
    this.experiment.close();
    this.album.clear();
    this.isFirstVisit = false;
    this.shared = null;
    this.notices.clear('run');
    this.notices.clear('open');
    this.notices.clear('fork');
    this.session = session;
    this.draft.reset(this.recipe);
    this.selection.reset();
  }

  /** Another tab changed what is on the bench: it goes on here under another name, and says so. */
  private fork(session: Session): Session {
    const name = sessionName(session);
    this.session = renameSession(session, m.sessions_copy_name({ name }));
    this.remember('session', this.keeper.id);
    this.notices.report('fork', new LabError(m.library_forked({ name, copy: this.name }), 'storage'));
    return this.session;
  }

  private record(result: RunResult): void {
    this.session = addRun(this.session, TRUNK, result);
    this.keep();
  }

  private keep(): void {
    this.remember('session', this.keeper.id);
    this.keeper.save(this.session);
  }

  private stepsLeft(): number {
    const done = new Set(this.figures.map(runName));
    const begun = this.experiment.live.runs.reduce((sum, { start, position }) => sum + position - start, 0);
    const left = runsOf(this.recipe, this.experiment.limit).filter((run) => !done.has(runName(run)));
    return left.reduce((sum, run) => sum + stepsOf(this.recipe, run), -begun);
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
