/** Keeps the session on this machine: one write at a time, the newest last; and goes on in memory where there is no storage. */
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import type { Notebook } from '../../science/experiment.ts';
import type { RunOutcome } from '../../science/run.ts';
import { askToKeep } from '../../sessions/persistence.ts';
import type { Session } from '../../sessions/session.ts';
import { StaleRevision, type SessionEntry, type SessionStore, type StoredSession } from '../../sessions/store.ts';
import type { GuestBook } from './guest-book.ts';
import type { Notices } from './notices.svelte.ts';
import { pass, untilAnswered } from './patience.ts';

/** Of the store, what a session on the bench needs. */
export type Shelf = Pick<
  SessionStore,
  'list' | 'last' | 'note' | 'sizes' | 'load' | 'save' | 'text' | 'rename' | 'duplicate' | 'remove' | 'notebook' | 'guests'
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
/** How long anybody waits for storage that does not answer; training must begin within two seconds. */
const PATIENCE_MS = 1200;
/** How often storage that has never answered is opened anew: browsers have been known to forget about the first time. */
const REOPEN_MS = 5000;

export class Keeper {
  state = $state<Keeping>('new');
  entries = $state.raw<readonly SessionEntry[]>([]);
  id: string;

  private revision = 0;
  private waiting: Session | null = null;
  private writing = false;
  private hasAsked = false;
  /** What is being written. */
  private written = Promise.resolve();
  /** Something has waited for storage in vain, and nothing has been answered since. */
  isSilent = false;
  /** Null where there is no storage. */
  readonly store: Promise<Shelf | null>;
  /** Outcomes that could not be stored, by run key. */
  private unstored = new Map<string, RunOutcome>();
  private book: Promise<GuestBook> | undefined;

  constructor(private readonly options: KeeperOptions) {
    this.id = options.newId();
    this.store = this.open();
    void this.silence(this.store);
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
      const store = await untilAnswered(() => this.options.openStore((error) => this.options.notices.report('storage', error)), REOPEN_MS);
      // What deleted sessions left behind goes in a quiet moment; the next visit is early enough, should that fail.
      setTimeout(() => void this.options.sweep().catch(() => undefined), SWEEP_MS);
      return store;
    } catch (error) {
      this.options.notices.report('storage', error);
      this.state = 'off';
      return null;
    }
  }

  /** An answer of storage, or null where it keeps everybody waiting: then the page says so until something is answered. */
  within<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
    return Promise.race([answer, this.silence(answer)]);
  }

  /** Resolves when nobody should wait any longer. */
  private async silence(answer: Promise<unknown>): Promise<null> {
    const settle = (): true => {
      if (this.isSilent && this.state !== 'off') this.options.notices.clear('storage');
      this.isSilent = false;
      return true;
    };
    const isAnswered = await Promise.race([answer.then(settle, settle), pass(this.isSilent ? 0 : PATIENCE_MS)]);
    if (isAnswered === true || this.isSilent) return null;
    this.isSilent = true;
    if (this.state === 'saving') this.state = 'failed';
    this.options.notices.report('storage', new LabError(m.sessions_store_silent(), 'storage'));
    return null;
  }

  /** What storage is asked; null where there is none. */
  private async ask<Answer>(question: (store: Shelf) => Promise<Answer>): Promise<Answer | null> {
    const store = await this.store;
    return store === null ? null : question(store);
  }

  async list(): Promise<void> {
    try {
      this.entries = (await this.within(this.ask((store) => store.list()))) ?? this.entries;
    } catch (error) {
      this.options.notices.report('storage', error);
    }
  }

  /** The session that was last on the bench, as soon as storage says; null where there is none. */
  async last(): Promise<string | null> {
    try {
      return await this.ask((store) => store.last());
    } catch (error) {
      this.options.notices.report('storage', error);
      return null;
    }
  }

  /** Rejects with a LabError that says what to do. */
  async load(id: string): Promise<StoredSession | null> {
    const loaded = this.ask((store) => store.load(id));
    void this.silence(loaded);
    return loaded;
  }

  /** A stored session is on the bench now; the next visit finds it there. */
  async note(id: string): Promise<void> {
    await this.ask((store) => store.note(id)).catch((error: unknown) => this.options.notices.report('storage', error));
  }

  /** What is stored under an id, readable or not. */
  async text(id: string): Promise<string> {
    return (await (await this.store)?.text(id)) ?? '';
  }

  async remove(id: string): Promise<void> {
    try {
      await this.within(this.ask((store) => store.remove(id)));
    } catch (error) {
      this.options.notices.report('storage', error);
    }
    await this.list();
  }

  save(session: Session): void {
    if (this.state === 'off') return;
    this.waiting = session;
    this.state = this.isSilent ? 'failed' : 'saving';
    if (!this.writing) this.written = this.write();
  }

  private async write(): Promise<void> {
    this.writing = true;
    const store = await this.store;
    while (store !== null && this.waiting !== null) {
      const { id, revision, waiting: session } = this;
      this.waiting = null;
      try {
        const saving = store.save(id, revision, session, true);
        void this.silence(saving);
        const saved = await saving;
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
    this.book ??= import('./guest-book.ts').then(
      ({ GuestBook }) => new GuestBook((question) => this.within(this.ask(question)), this.notebook(), this.options.notices),
    );
    return this.book;
  }

  /** The session's notebook; what cannot be stored or read back is kept in memory or trained again. */
  notebook(): Notebook {
    return {
      find: async (key) => {
        const held = this.unstored.get(key);
        if (held !== undefined) return held;
        // What is about to train is on disk first: a browser that is killed finds it again.
        const asked = this.ask(async (store) => {
          await this.written;
          return store.notebook.find(key);
        });
        try {
          return await this.within(asked);
        } catch (error) {
          this.options.notices.report('storage', error);
          return null;
        }
      },
      keep: async (outcome) => {
        const { key } = outcome.result;
        this.unstored.set(key, outcome);
        const kept = this.ask(async (store) => {
          await store.notebook.keep(outcome);
          this.unstored.delete(key);
        });
        try {
          await this.within(kept);
        } catch (error) {
          this.options.notices.report('storage', error);
        }
      },
    };
  }
}
