/** Keeps the session on this machine: one write at a time, the newest last; and goes on in memory where there is no storage. */
import type { LabError } from '../../science/errors.ts';
import type { Notebook } from '../../science/experiment.ts';
import type { RunOutcome } from '../../science/run.ts';
import { askToKeep } from '../../sessions/persistence.ts';
import type { Session } from '../../sessions/session.ts';
import { StaleRevision, type SessionEntry, type SessionStore, type StoredSession } from '../../sessions/store.ts';
import type { GuestBook } from './guest-book.ts';
import type { Notices } from './notices.svelte.ts';

/** Of the store, what a session on the bench needs. */
export type Shelf = Pick<
  SessionStore,
  'list' | 'sizes' | 'load' | 'save' | 'text' | 'rename' | 'duplicate' | 'remove' | 'notebook' | 'guests'
>;

/** new: nothing worth keeping yet · off: there is no storage here. */
export type Keeping = 'new' | 'saving' | 'saved' | 'failed' | 'off';

export interface KeeperOptions {
  /** `tell` hears of what is damaged there and will be trained again. */
  readonly openStore: (tell: (error: LabError) => void) => Promise<Shelf>;
  /** Frees the room of what deleted sessions left behind; the page does not wait for it. */
  readonly sweep: () => Promise<void>;
  readonly notices: Notices;
  readonly newId: () => string;
  /** Somebody else, another tab, has saved this session since: it goes on under another name. */
  readonly fork: () => Session;
}

const SWEEP_MS = 20_000;

export class Keeper {
  state = $state<Keeping>('new');
  entries = $state.raw<readonly SessionEntry[]>([]);
  id: string;

  private revision = 0;
  private waiting: Session | null = null;
  private writing = false;
  private hasAsked = false;
  /** Null where there is no storage. */
  readonly store: Promise<Shelf | null>;
  /** Outcomes that could not be stored, by run key. */
  private unstored = new Map<string, RunOutcome>();
  private book: Promise<GuestBook> | undefined;

  constructor(private readonly options: KeeperOptions) {
    this.id = options.newId();
    this.store = this.open();
  }

  /** From here on, another session is kept. */
  begin(id = this.options.newId(), revision = 0): void {
    this.id = id;
    this.revision = revision;
    this.waiting = null;
    this.unstored.clear();
    if (this.state !== 'off') this.state = revision === 0 ? 'new' : 'saved';
  }

  private async open(): Promise<Shelf | null> {
    try {
      const store = await this.options.openStore((error) => this.options.notices.report('storage', error));
      // What deleted sessions left behind goes in a quiet moment; the next visit is early enough, should that fail.
      setTimeout(() => void this.sweep(store).catch(() => undefined), SWEEP_MS);
      return store;
    } catch (error) {
      this.options.notices.report('storage', error);
      this.state = 'off';
      return null;
    }
  }

  private async sweep(store: Shelf): Promise<void> {
    await this.options.sweep();
    await (await store.guests()).sweep(await store.list());
  }

  async list(): Promise<void> {
    const store = await this.store;
    try {
      if (store !== null) this.entries = await store.list();
    } catch (error) {
      this.options.notices.report('storage', error);
    }
  }

  /** Whether a session of this id is kept here. */
  async holds(id: string): Promise<boolean> {
    await this.list();
    return this.entries.some((entry) => entry.id === id);
  }

  /** Rejects with a LabError that says what to do. */
  async load(id: string): Promise<StoredSession | null> {
    return (await this.store)?.load(id) ?? null;
  }

  /** What is stored under an id, readable or not. */
  async text(id: string): Promise<string> {
    return (await (await this.store)?.text(id)) ?? '';
  }

  async remove(id: string): Promise<void> {
    try {
      await (await this.store)?.remove(id);
    } catch (error) {
      this.options.notices.report('storage', error);
    }
    await this.list();
  }

  save(session: Session): void {
    if (this.state === 'off') return;
    this.waiting = session;
    this.state = 'saving';
    if (!this.writing) void this.write();
  }

  private async write(): Promise<void> {
    this.writing = true;
    const store = await this.store;
    while (store !== null && this.waiting !== null) {
      const { id, revision, waiting: session } = this;
      this.waiting = null;
      try {
        const saved = await store.save(id, revision, session);
        if (id === this.id) this.revision = saved;
        if (id === this.id && this.isIdle) this.state = 'saved';
        this.options.notices.clear('storage');
        if (!this.hasAsked) askToKeep();
        this.hasAsked = true;
      } catch (error) {
        if (error instanceof StaleRevision && id === this.id) {
          this.begin();
          this.waiting = this.options.fork();
        } else {
          this.options.notices.report('storage', error);
          if (id === this.id) this.state = 'failed';
        }
      }
    }
    this.writing = false;
  }

  /** Asked after a write: whether another has come in meanwhile. */
  private get isIdle(): boolean {
    return this.waiting === null;
  }

  /** Where the weights of a session's runs are: its own in the notebook, those that came with a file beside it. */
  weights(session: Session): Pick<Notebook, 'find'> {
    const foreign = new Map(session.runs.flatMap((run) => (run.origin === undefined ? [] : [[run.key, run] as const])));
    const notebook = this.notebook();
    return {
      find: async (key) => {
        const run = foreign.get(key);
        return run === undefined ? notebook.find(key) : (await this.guests()).find(run);
      },
    };
  }

  /** What came with files; fetched when a session of a file is opened, or shown. */
  guests(): Promise<GuestBook> {
    this.book ??= import('./guest-book.ts').then(({ GuestBook }) => new GuestBook(this.store, this.notebook(), this.options.notices));
    return this.book;
  }

  /** The session's notebook; what cannot be stored or read back is kept in memory or trained again. */
  notebook(): Notebook {
    return {
      find: async (key) => {
        const store = await this.store;
        const held = this.unstored.get(key);
        if (held !== undefined || store === null) return held ?? null;
        try {
          return await store.notebook.find(key);
        } catch (error) {
          this.options.notices.report('storage', error);
          return null;
        }
      },
      keep: async (outcome) => {
        const store = await this.store;
        try {
          if (store !== null) {
            await store.notebook.keep(outcome);
            return;
          }
        } catch (error) {
          this.options.notices.report('storage', error);
        }
        this.unstored.set(outcome.result.key, outcome);
      },
    };
  }
}
