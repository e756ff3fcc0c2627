/**
 * The ordeal of the page: the browser is killed at random moments while the built lab trains in it, all its processes at
 * once, and opened again on the same profile. A session that ends well is followed by one in a fresh profile.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Locator, Page } from 'playwright';
import { decodeOutcome } from '../../src/sessions/compact.ts';
import { importSession } from '../../src/sessions/reading.ts';
import { sessionName } from '../../src/sessions/session.ts';
import { openKillable, type Killable } from '../../tests/support/killable.ts';
import { serve } from '../../tests/support/server.ts';
import type { Ordeal, Tally } from './tally.ts';

const built = resolve(import.meta.dirname, '../../dist');
const recipe = {
  name: 'Ordeal',
  task: { dataset: 'digits', train: 300, validation: 60, test: 100 },
  model: { family: 'mlp', hidden: [32, 16] },
  training: { batchSize: 20, steps: 1000, evaluateEvery: 250 },
  pruning: { levels: 4 },
  arms: ['ticket', 'random-mask'],
  seeds: [1, 2],
};
/** How long anything on the page may take. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;
const LIBRARY = 'lottery-ticket-lab';
const OUTCOMES = 'lottery-ticket-lab-outcomes';

export const browserOrdeal: Ordeal = async (kills, random, say) => {
  if (!existsSync(join(built, 'index.html'))) throw new Error('The lab is not built: run `npm run build` first.');
  const site = await serve(built);
  const ground = new Ground(site.url);
  try {
    await ground.visit();
    const began = performance.now();
    if (!(await ground.train(PATIENCE_MS * 10))) throw new Error('The lab does not finish its runs undisturbed.');
    const longest = performance.now() - began;
    await ground.learn();
    for (let killed = 0; killed < kills;) {
      await ground.visit();
      const isDone = await ground.train(random.uniform() * longest);
      await ground.kill();
      if (isDone) await ground.clear();
      else say({ kills: ++killed, ...ground.found });
    }
    // What the last kill left.
    await ground.visit();
    return { kills, ...ground.found };
  } finally {
    await ground.clear();
    await site.close();
  }
};

/** What storage holds: fingerprints by run key, and how much of it does not open. */
interface Kept {
  readonly runs: ReadonlyMap<string, string>;
  readonly outcomes: ReadonlyMap<string, string>;
  readonly unopenable: number;
}

/** The profile in which the lab trains, and what was found there so far. */
class Ground {
  found: Omit<Tally, 'kills'> = { lost: 0, wrong: 0, unopenable: 0 };
  private profile = '';
  private browser: Killable | null = null;
  private truth: ReadonlyMap<string, string> = new Map();
  /** What was in storage when it was last looked at; null where no session was begun. */
  private seen: Kept | null = null;

  constructor(private readonly url: string) {}

  private get page(): Page {
    if (this.browser === null) throw new Error('no browser is open');
    return this.browser.page;
  }

  private get runKey(): Locator {
    return this.page.getByRole('group', { name: 'Run and look' }).getByRole('button', { name: /^(Run|Pause|Resume)$/ });
  }

  /** Opens the lab. A session that was in storage must stand there again with all its runs; else one is begun. */
  async visit(): Promise<void> {
    if (this.profile === '') this.profile = await mkdtemp(join(tmpdir(), 'lab-ordeal-'));
    this.browser = await openKillable(this.profile);
    // The same bits on every machine. At every visit: what a browser writes at its leisure is forgotten when it is killed.
    await this.page.addInitScript(() => localStorage.setItem('engine', 'sparse'));
    await this.page.goto(this.url);
    await this.runKey.waitFor({ timeout: PATIENCE_MS });
    if (this.seen !== null) await this.inspect(this.seen);
    if (!(await this.isOnBench(this.seen === null ? 0 : PATIENCE_MS))) await this.begin();
  }

  /** Trains for so many milliseconds at most, looking at storage all the while; true where all is trained before. */
  async train(ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    if (!(await this.isTrained())) await this.runKey.click();
    while (performance.now() < end) {
      // Until it is there, nothing is promised.
      const kept = await this.kept();
      if (kept.runs.size > 0) this.seen = kept;
      if ((await this.isTrained()) && kept.runs.size > 0 && missing(kept.runs, kept.outcomes) === 0) return true;
      await setTimeout(Math.max(0, Math.min(LOOK_MS, end - performance.now())));
    }
    return false;
  }

  /** From here on, what this session found is what every other must find. */
  async learn(): Promise<void> {
    this.truth = (await this.kept()).runs;
    await this.clear();
  }

  async kill(): Promise<void> {
    await this.browser?.kill();
    this.browser = null;
  }

  async clear(): Promise<void> {
    await this.kill();
    if (this.profile !== '') await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
    [this.profile, this.seen] = ['', null];
  }

  private async begin(): Promise<void> {
    const file = { name: 'recipe.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(recipe)) };
    await this.page.getByLabel('Open a file…').setInputFiles(file);
    if (!(await this.isOnBench(PATIENCE_MS))) throw new Error('The recipe does not open.');
  }

  /** With nothing left to run, the key has nothing to do. */
  private isTrained(): Promise<boolean> {
    return this.runKey.isDisabled();
  }

  private isOnBench(timeout: number): Promise<boolean> {
    const face = this.page.getByRole('button', { name: 'Sessions' }).filter({ hasText: recipe.name });
    return timeout === 0 ? face.isVisible() : face.waitFor({ timeout }).then(...answers);
  }

  /** After a kill: the session that was begun stands on the bench, and nothing that was there before is gone. */
  private async inspect(before: Kept): Promise<void> {
    const now = await this.kept();
    const isOpen = await this.isOnBench(PATIENCE_MS);
    const alerts = await this.page.getByRole('alert').allTextContents();
    if (!isOpen || alerts.length > 0) console.error(`not opened: ${alerts.join(' ')}`);
    this.count('unopenable', now.unopenable + (isOpen && alerts.length === 0 ? 0 : 1));
    this.count('lost', missing(before.runs, now.runs) + missing(before.outcomes, now.outcomes));
    const found = [...now.runs, ...[...now.outcomes].filter(([key]) => this.truth.has(key))];
    this.count('wrong', found.filter(([key, fingerprint]) => this.truth.get(key) !== fingerprint).length);
    this.seen = now;
  }

  private async kept(): Promise<Kept> {
    const [runs, outcomes] = [new Map<string, string>(), new Map<string, string>()];
    let unopenable = 0;
    for (const [key, value] of await recordsOf(this.page, LIBRARY)) {
      if (!key.startsWith('session/')) continue;
      try {
        const session = importSession(String(value), key);
        // Not what shows itself to a first visitor.
        if (sessionName(session) === recipe.name) for (const run of session.runs) runs.set(run.key, run.fingerprint);
      } catch {
        unopenable++;
      }
    }
    for (const [key, value] of await recordsOf(this.page, OUTCOMES)) {
      if (typeof value === 'string') continue;
      try {
        outcomes.set(key, (await decodeOutcome(Uint8Array.from(value), key)).result.fingerprint);
      } catch {
        unopenable++;
      }
    }
    return { runs, outcomes, unopenable };
  }

  private count(what: keyof Omit<Tally, 'kills'>, by: number): void {
    this.found = { ...this.found, [what]: this.found[what] + by };
  }
}

const answers = [() => true, () => false] as const;
const missing = (before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): number =>
  [...before.keys()].filter((key) => !now.has(key)).length;

/** The texts and bytes in a database of the page by their keys, read behind the lab's back; nothing where it was not made yet. */
async function recordsOf(page: Page, name: string): Promise<readonly (readonly [key: string, value: string | readonly number[]])[]> {
  return page.evaluate(async (asked) => {
    if (!(await indexedDB.databases()).some((one) => one.name === asked)) return [];
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(asked);
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error(asked));
      };
    });
    try {
      const store = database.transaction('records').objectStore('records');
      const [keys, values] = [store.getAllKeys(), store.getAll()];
      await new Promise((resolve, reject) => {
        store.transaction.oncomplete = resolve;
        store.transaction.onabort = reject;
      });
      return (values.result as unknown[]).flatMap<readonly [string, string | readonly number[]]>((value, index) => {
        const key = keys.result[index] as string;
        if (typeof value === 'string') return [[key, value]];
        return value instanceof Uint8Array ? [[key, [...value]]] : [];
      });
    } finally {
      database.close();
    }
  }, name);
}
