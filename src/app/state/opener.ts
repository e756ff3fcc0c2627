/** Puts sessions and recipes on the bench, wherever they come from. What cannot be opened is told of, beside what is there. */
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { SharedSession } from '../../sessions/link.ts';
import type { OpenedLink } from '../../sessions/link.worker.ts';
import { newSession, type Session } from '../../sessions/session.ts';
import type { Experiment } from './experiment.svelte.ts';
import { recipeNamed } from './files.ts';
import type { Keeper } from './keeper.svelte.ts';
import type { Memory } from './memory.ts';
import type { Notices } from './notices.svelte.ts';

/** Of the lab, what opening changes. */
interface Bench {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly notices: Notices;
  readonly experiment: Experiment;
  shared: SharedSession | null;
  isFirstVisit: boolean;
  /** Clears the bench for another session. */
  show(session: Session): void;
  select(branchId: string): void;
  keep(): void;
  readonly transport: { run(): void };
}

interface Options {
  readonly memory: Memory;
  /** Text of a file beside the page. */
  readonly fetchText: (path: string) => Promise<string>;
  readonly readLink: (hash: string) => Promise<OpenedLink>;
  /** Takes the link out of the page's address: what is on the bench is no longer what it says. */
  readonly leaveLink: () => void;
}

export class Opener {
  constructor(
    private readonly bench: Bench,
    private readonly options: Options,
  ) {}

  /**
   * Opens what the link says, else what was last on the bench; on a first visit, runs the small recipe by itself once it
   * is seen. A link that cannot be read is told of, beside what opens instead.
   */
  async begin(hash: string, isSeen = true): Promise<void> {
    const failure = hash === '' ? undefined : await this.tryLink(hash);
    if (hash !== '' && failure === undefined) return;
    await this.last(isSeen);
    if (failure !== undefined) this.bench.notices.report('open', failure);
  }

  /** Something moves for whoever sees the lab for the first time. */
  greet(): void {
    if (this.bench.isFirstVisit && this.bench.experiment.status === 'idle') this.bench.transport.run();
  }

  /** False where it cannot be opened; a notice says why. */
  async stored(id: string): Promise<boolean> {
    const { keeper, notices } = this.bench;
    try {
      const stored = await keeper.load(id);
      if (stored === null) return false;
      this.options.leaveLink();
      this.bench.show(stored.session);
      keeper.begin(stored.id, stored.revision);
      this.options.memory.remember('session', stored.id);
      void keeper.note(stored.id);
      return true;
    } catch (error) {
      notices.report('open', error);
      return false;
    }
  }

  async link(hash: string): Promise<void> {
    const failure = await this.tryLink(hash);
    if (failure !== undefined) this.bench.notices.report('open', failure);
  }

  /** A session from outside, which is kept here from now on; weights that came with it are to be looked at. */
  async session(session: Session, outcomes?: AsyncIterable<RunOutcome>): Promise<void> {
    const guests = await this.bench.keeper.guests();
    const recognised = await guests.recognise(session);
    if (outcomes !== undefined) await guests.welcome(outcomes);
    this.options.leaveLink();
    this.bench.show(recognised);
    this.bench.keeper.begin();
    this.bench.keep();
  }

  /** A fresh session with this recipe; the one before it stays where it is kept. */
  recipe(recipe: Recipe): void {
    this.options.leaveLink();
    this.bench.show(newSession(recipe));
    this.bench.keeper.begin();
  }

  /** A session that ships with the lab: as a link, which can be checked and run again, or with its what-ifs as a file. */
  async example(file: string): Promise<void> {
    try {
      const text = await this.options.fetchText(`examples/${file}`);
      if (!file.endsWith('.json')) {
        await this.link(text.trim());
        return;
      }
      const { asForeign, openSession } = await import('../../sessions/sealed.ts');
      await this.session(asForeign(await openSession(text, file)));
    } catch (error) {
      this.bench.notices.report('recipes', error);
    }
  }

  async readyMade(file: string): Promise<void> {
    try {
      this.recipe(recipeNamed(await this.options.fetchText(`recipes/${file}`), file));
    } catch (error) {
      this.bench.notices.report('recipes', error);
    }
  }

  /** Storage says what was last on the bench; this browser's memory, which a killed browser may lose, only whether anybody was here. */
  private async last(isSeen: boolean): Promise<void> {
    const { keeper, session, experiment } = this.bench;
    // Whoever does not wait for storage to answer keeps what is on the bench.
    const isUntouched = (): boolean => this.bench.session === session && experiment.status === 'idle';
    const found = keeper.last();
    // At once, so that what is on the screen does not move when storage answers.
    this.bench.isFirstVisit = this.options.memory.recall('session') === null;
    const last = await keeper.within(found);
    if (!isUntouched()) return;
    if (last !== null) {
      this.bench.isFirstVisit = false;
      await this.stored(last);
      return;
    }
    if (keeper.isSilent) void found.then((late) => late !== null && (this.bench.isFirstVisit || isUntouched()) && this.stored(late));
    if (isSeen) this.greet();
  }

  /** What is wrong with the link; undefined where it opened. */
  private async tryLink(hash: string): Promise<unknown> {
    try {
      const { shared, session } = await this.options.readLink(hash);
      this.bench.show(session);
      this.bench.select(session.branches[session.branches.length - 1].id);
      this.bench.keeper.begin();
      this.bench.shared = shared;
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
