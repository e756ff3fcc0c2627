/** Weights that came with files, kept to be looked at; and which of their runs were trained here, too. */
import type { Notebook } from '../../science/experiment.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { Claim } from '../../sessions/guests.ts';
import { addRun, type Session } from '../../sessions/session.ts';
import type { Shelf } from './keeper.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export class GuestBook {
  /** Of the file that was opened last, what could not be stored, by run key. */
  private readonly unstored = new Map<string, RunOutcome>();

  constructor(
    /** Null where there is no storage. */
    private readonly store: Promise<Shelf | null>,
    private readonly notebook: Notebook,
    private readonly notices: Notices,
  ) {}

  async find(claim: Claim): Promise<RunOutcome | null> {
    const held = this.unstored.get(claim.key);
    if (held?.result.fingerprint === claim.fingerprint) return held;
    const guests = await (await this.store)?.guests();
    return (await guests?.find(claim)) ?? null;
  }

  async welcome(outcomes: AsyncIterable<RunOutcome>): Promise<void> {
    const guests = await (await this.store)?.guests();
    this.unstored.clear();
    for await (const outcome of outcomes) {
      try {
        if (guests === undefined) this.unstored.set(outcome.result.key, outcome);
        else await guests.keep(outcome);
      } catch (error) {
        this.notices.report('storage', error);
        this.unstored.set(outcome.result.key, outcome);
      }
    }
  }

  /** The session from outside with those runs as its own that were trained here, too, to the same fingerprint. */
  async recognise(session: Session): Promise<Session> {
    const store = await this.store;
    if (store === null) return session;
    const known = await store.sizes().catch(() => new Map<string, number>());
    let recognised = session;
    for (const { branch, key, fingerprint, origin } of session.runs) {
      if (origin === undefined || !known.has(key)) continue;
      const outcome = await this.notebook.find(key);
      if (outcome?.result.fingerprint === fingerprint) recognised = addRun(recognised, branch, outcome.result);
    }
    return recognised;
  }
}
