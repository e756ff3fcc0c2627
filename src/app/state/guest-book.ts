/** Weights that came with files, kept to be looked at; and which of their runs were trained here, too. */
import type { Notebook } from '../../science/experiment.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { Claim } from '../../sessions/guests.ts';
import { addRun, type Session } from '../../sessions/session.ts';
import type { Shelf } from './keeper.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export class GuestBook {
  /** Of the file that was opened last, what could not be stored, by run key. */
  private unstored = new Map<string, RunOutcome>();

  constructor(
    /** Asks storage: null where there is none, or none that answers. */
    private readonly ask: <Answer>(question: (store: Shelf) => Promise<Answer>) => Promise<Answer | null>,
    private readonly notebook: Notebook,
    private readonly notices: Notices,
  ) {}

  async find(claim: Claim): Promise<RunOutcome | null> {
    const held = this.unstored.get(claim.key);
    if (held?.result.fingerprint === claim.fingerprint) return held;
    return this.ask(async (store) => (await store.guests()).find(claim));
  }

  async welcome(outcomes: AsyncIterable<RunOutcome>): Promise<void> {
    const unstored = new Map<string, RunOutcome>();
    this.unstored = unstored;
    for await (const outcome of outcomes) {
      const { key } = outcome.result;
      unstored.set(key, outcome);
      const keep = async (store: Shelf): Promise<void> => {
        await (await store.guests()).keep(outcome);
        unstored.delete(key);
      };
      await this.ask(keep).catch((error: unknown) => this.notices.report('storage', error));
    }
  }

  /** The session from outside with those runs as its own that were trained here, too, to the same fingerprint. */
  async recognise(session: Session): Promise<Session> {
    const known = await this.ask((store) => store.sizes()).catch(() => null);
    if (known === null) return session;
    let recognised = session;
    for (const { branch, key, fingerprint, origin } of session.runs) {
      if (origin === undefined || !known.has(key)) continue;
      const outcome = await this.notebook.find(key);
      if (outcome?.result.fingerprint === fingerprint) recognised = addRun(recognised, branch, outcome.result);
    }
    return recognised;
  }
}
