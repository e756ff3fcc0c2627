/**
 * Outcomes of runs in a folder, a file each by run key: whatever recipe, what-if or transfer needs a run, it is trained
 * once. Only what was trained on this machine goes in, so that it tells a session's own runs from those of others. Several processes may use one folder at a time.
 */
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Divergence } from '../science/divergence.ts';
import type { Notebook } from '../science/experiment.ts';
import type { RunResult } from '../science/result.ts';
import type { RunOutcome } from '../science/run.ts';
import { stableText } from '../science/recipe/plain.ts';
import { decodeOutcome, encodeOutcome } from '../sessions/compact.ts';
import { most } from '../sessions/limits.ts';
import { readBytes } from './read.ts';
import { named, save, UNFINISHED, unwritable } from './save.ts';

const OPTION = '--store';
const SUFFIX = '.run';
/** Of a file that says at which step a run diverged, in place of its outcome. */
const DIVERGED = '.diverged';
/** A step, in digits. */
const MOST_DIVERGED_BYTES = 100;
/** Nothing takes longer to write: what is unfinished and older was left behind by a process that was killed. */
const UNFINISHED_MS = 3_600_000;

/** Where outcomes are kept unless an option says otherwise: `LAB_STORE`, or the user's folder for caches. */
export function usualStore(): string {
  const { LAB_STORE, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (LAB_STORE !== undefined) return LAB_STORE;
  const caches: Partial<Record<NodeJS.Platform, string>> = {
    win32: LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'),
    darwin: join(homedir(), 'Library', 'Caches'),
  };
  // The XDG specification has paths that are not absolute ignored.
  const xdg = XDG_CACHE_HOME?.startsWith('/') === true ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(caches[process.platform] ?? xdg, 'lottery-ticket-lab', 'outcomes');
}

/** A file of the folder. */
interface Kept {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

export interface StoreSize {
  readonly outcomes: number;
  readonly bytes: number;
}

export interface PruneOptions {
  /** Milliseconds since 1970; what was last used before goes. */
  readonly usedBefore?: number;
  /** What was used longest ago goes, until the rest takes at most so many bytes. */
  readonly downTo?: number;
}

export class OutcomeStore implements Notebook {
  private constructor(
    readonly folder: string,
    private readonly tell: (error: LabError) => void,
  ) {}

  /** `tell` hears of outcomes that are damaged, by name. Rejects with a LabError where the folder cannot be made. */
  static async open(folder: string, tell: (error: LabError) => void = ({ message }) => console.error(message)): Promise<OutcomeStore> {
    named(folder, OPTION);
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw unwritable(folder, OPTION, error);
    }
    return new OutcomeStore(folder, tell);
  }

  /** A damaged outcome is as good as none: its run is trained again. */
  async find(key: string): Promise<RunOutcome | null> {
    const path = this.path(key);
    const bytes = await readBytes(path, most.archiveBytes).catch(() => null);
    if (bytes === null) return null;
    try {
      const outcome = await decodeOutcome(bytes, path);
      if (outcome.result.key !== key) throw new LabError(m.cli_store_misplaced({ path }), path);
      // In a folder that may only be read, all stay as old as they are.
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return outcome;
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.tell(error);
      return null;
    }
  }

  async keep(outcome: RunOutcome): Promise<void> {
    await save(this.path(outcome.result.key), await encodeOutcome(outcome), OPTION);
  }

  /** Whether the run came to this here: its outcome is kept, and its result is this one but for the time it took. */
  async vouchesFor(result: RunResult): Promise<boolean> {
    const kept = await this.find(result.key);
    return kept !== null && stableText({ ...kept.result, trainMs: 0 }) === stableText({ ...result, trainMs: 0 });
  }

  /** Whether the run diverged here, at this very step. */
  async knowsOf({ key, step }: Pick<Divergence, 'key' | 'step'>): Promise<boolean> {
    const bytes = await readBytes(this.path(key, DIVERGED), MOST_DIVERGED_BYTES).catch(() => null);
    return bytes !== null && new TextDecoder().decode(bytes).trim() === String(step);
  }

  async note({ key, step }: Pick<Divergence, 'key' | 'step'>): Promise<void> {
    await save(this.path(key, DIVERGED), `${step}\n`, OPTION);
  }

  async size(): Promise<StoreSize> {
    return sizeOf(await this.files(SUFFIX));
  }

  /** Deletes outcomes, and what killed processes left behind; tells how much went. */
  async prune({ usedBefore = -Infinity, downTo = Infinity }: PruneOptions): Promise<StoreSize> {
    const unfinished = (await this.files(UNFINISHED)).filter(({ lastUsed }) => lastUsed < Date.now() - UNFINISHED_MS);
    const outcomes = (await this.files(SUFFIX)).sort((one, other) => one.lastUsed - other.lastUsed);
    const going: Kept[] = [];
    let left = outcomes.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const outcome of outcomes) {
      if (outcome.lastUsed >= usedBefore && left <= downTo) continue;
      going.push(outcome);
      left -= outcome.bytes;
    }
    const diverged = (await this.files(DIVERGED)).filter(({ lastUsed }) => lastUsed < usedBefore);
    for (const { path } of [...unfinished, ...diverged, ...going]) await rm(path, { force: true });
    return sizeOf(going);
  }

  /** Those whose name ends so. */
  private async files(ending: string): Promise<Kept[]> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith(ending));
    const found = names.map(async (name): Promise<Kept | null> => {
      const path = join(this.folder, name);
      // Another process may have deleted it meanwhile.
      const stats = await stat(path).catch(() => null);
      return stats?.isFile() === true ? { path, bytes: stats.size, lastUsed: stats.mtimeMs } : null;
    });
    return (await Promise.all(found)).filter((file) => file !== null);
  }

  private readonly path = (key: string, suffix = SUFFIX): string => join(this.folder, `${key}${suffix}`);
}

const sizeOf = (files: readonly Kept[]): StoreSize => ({
  outcomes: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});
