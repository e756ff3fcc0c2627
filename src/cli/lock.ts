/**
 * One process at a time writes a session. Whoever does keeps a file beside it, made only if there was none, that says who
 * it is; it is abandoned once its process is gone or has not touched it for a while.
 */
import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { codeOf, unwritable } from './save.ts';

const POLL_MS = 300;
const TOUCH_MS = 5_000;
/** A process that has not touched its lock for so long is gone, or another one has its number by now. */
const ABANDONED_MS = 60_000;

const HolderSchema = v.object({ process: v.number(), host: v.string(), since: v.string(), token: v.string() });

/** Who holds a lock. */
export type Holder = Readonly<v.InferOutput<typeof HolderSchema>>;

export interface Lock {
  /** False if another process took it over, as it may when this one stood still for long. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lock of `path`, once nobody else holds it. `waiting` hears once who does; null: a process that has only just
 * begun to write its name. Rejects with a LabError where the folder cannot be written to.
 */
export async function lock(path: string, waiting: (holder: Holder | null) => void): Promise<Lock> {
  const file = `${path}.lock`;
  const own: Holder = { process: process.pid, host: hostname(), since: new Date().toISOString(), token: randomUUID() };
  for (let isTold = false; ;) {
    const handle = await open(file, 'wx').catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw unwritable(path, '--out', error);
      return null;
    });
    if (handle !== null) {
      await handle.writeFile(JSON.stringify(own));
      // Through the handle, so that a lock that another process has put in its place is not kept alive.
      const touching = setInterval(() => void handle.utimes(new Date(), new Date()).catch(() => undefined), TOUCH_MS).unref();
      const isHeld = async (): Promise<boolean> => (await holderOf(file))?.token === own.token;
      const release = async (): Promise<void> => {
        clearInterval(touching);
        if (await isHeld()) await rm(file, { force: true });
        await handle.close();
      };
      return { isHeld, release };
    }
    const holder = await holderOf(file);
    if (await isAbandoned(file, holder)) {
      await takeAway(file, holder, own.token);
      continue;
    }
    if (!isTold && (await exists(file))) {
      waiting(holder);
      isTold = true;
    }
    await setTimeout(POLL_MS);
  }
}

/** Null where there is none, or its name is not yet written. */
async function holderOf(file: string): Promise<Holder | null> {
  try {
    return v.parse(HolderSchema, JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function isAbandoned(file: string, holder: Holder | null): Promise<boolean> {
  if (holder !== null && holder.host === hostname() && !isAlive(holder.process)) return true;
  const touched = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
  return touched !== null && Date.now() - touched > ABANDONED_MS;
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is somebody else's process, but a process.
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Removes an abandoned lock. Two processes may find it so at a time: it is moved away before it is looked at again, and
 * put back if by then it was another one's.
 */
async function takeAway(file: string, abandoned: Holder | null, token: string): Promise<void> {
  const aside = `${file}.${token}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw unwritable(file, '--out', error);
  }
  if ((await holderOf(aside))?.token !== abandoned?.token) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
