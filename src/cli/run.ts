/** Runs a recipe to the end, or to where the user stops it; a second call goes on from there. */
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { m } from '../paraglide/messages.js';
import type { Marks } from '../science/divergence.ts';
import { LabError } from '../science/errors.ts';
import { conduct, runsOf, type Notebook } from '../science/experiment.ts';
import { planOf } from '../science/plan.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunId, RunResult } from '../science/result.ts';
import { Cancelled } from '../science/trainer.ts';
import { exportArchive } from '../sessions/archive.ts';
import { exportSession } from '../sessions/sealed.ts';
import { lackOfRoom } from '../sessions/room.ts';
import { addMark, addRun, findRun, TRUNK, type Session, type SessionMark, type SessionRun } from '../sessions/session.ts';
import { openLab } from '../worker/node.ts';
import type { EngineChoice } from '../worker/protocol.ts';
import { checkEngine, groundOf, type Ground } from './ground.ts';
import { lock, type Lock } from './lock.ts';
import { OutcomeStore } from './outcomes.ts';
import { ProgressLine } from './progress.ts';
import { resultText } from './table.ts';
import { readRecipe } from './read.ts';
import { named, save, unwritable } from './save.ts';

export interface RunOptions {
  readonly out: string;
  readonly engine: EngineChoice;
  /** The folder of outcomes. */
  readonly store: string;
  /** Whatever is at `out` is overwritten. */
  readonly isForced: boolean;
  /** Runs that are known to diverge are trained again. */
  readonly retries: boolean;
}

export async function runRecipe(recipePath: string, options: RunOptions): Promise<void> {
  const recipe = await readRecipe(recipePath);
  const store = await OutcomeStore.open(options.store);
  const out = await fileAt(options.out);
  const held = await lock(out, (holder) => {
    console.error(holder === null ? m.cli_locked({ out }) : m.cli_locked_by({ out, ...holder }));
  });
  try {
    const ground = await groundOf(recipe, recipePath, out, options.isForced);
    await runFrom(ground, recipe, { ...options, out }, store, held);
  } finally {
    await held.release();
  }
}

/** The file that the path stands for, in a folder that is there: a link stays a link. */
async function fileAt(path: string): Promise<string> {
  const target = await realpath(named(path, '--out')).catch(() => resolve(path));
  await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
    throw unwritable(path, '--out', error);
  });
  return target;
}

async function runFrom(
  ground: Ground,
  recipe: Recipe,
  { out, engine, retries }: RunOptions,
  store: OutcomeStore,
  held: Lock,
): Promise<void> {
  const plan = planOf(recipe);
  const lack = lackOfRoom(ground.session, TRUNK, plan);
  if (lack !== null) throw lack;
  let session = ground.session;
  const saveSoFar = async (): Promise<void> => {
    if (!(await held.isHeld())) throw new LabError(m.cli_lock_lost({ out }), '--out');
    await save(out, await contentOf(session, out, weightsOf(session, store, ground)));
  };
  const progress = new ProgressLine(plan);
  const lab = await openLab({ recipe, engine }, (event) => progress.hear(event));
  const vouched = await vouchedFor(ground.session, store);
  /** What does not repeat itself to the bit cannot be compared: it stays what it is. */
  const isOwn = (part: SessionRun | SessionMark): boolean => vouched.has(part) || (part.origin === undefined && !lab.engine.deterministic);
  const ownRun = (run: RunId): SessionRun | undefined => {
    const found = findRun(ground.session, TRUNK, run);
    return found !== undefined && isOwn(found) ? found : undefined;
  };
  const wanted = runsOf(plan).filter((run) => ownRun(run) === undefined);
  progress.opened(lab.engine, wanted);
  const stop = (): void => lab.cancel();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  let same = 0;
  const finished = (result: RunResult): void => {
    const said = findRun(ground.session, TRUNK, result);
    const isSame = said === undefined || said.fingerprint === result.fingerprint;
    if (!isSame && said.origin === undefined) throw new LabError(m.cli_out_disagrees({ out, ...result }), '--out');
    if (!isSame) progress.line(m.app_foreign_differs(result));
    if (ownRun(result) === undefined) {
      if (said !== undefined && isSame) same++;
      session = addRun(session, TRUNK, result);
    }
    progress.finished(result);
  };
  const noted: Promise<void>[] = [];
  const marks: Marks = {
    find: (key) => (retries ? undefined : session.diverged?.find((mark) => mark.key === key && isOwn(mark))),
    keep: (mark) => {
      // What is not noted is trained again.
      noted.push(store.note(mark).catch(() => undefined));
      session = addMark(session, TRUNK, mark);
      progress.diverged(mark);
    },
  };
  try {
    checkEngine(ground.session, lab.engine, out);
    const all = runsOf(plan).length;
    const again = wanted.filter((run) => findRun(ground.session, TRUNK, run) !== undefined).length;
    const unproven = runsOf(plan)
      .map(ownRun)
      .filter((run) => run !== undefined && !vouched.has(run)).length;
    if (wanted.length < all) progress.line(m.cli_reused({ out, known: all - wanted.length, all }));
    if (again > 0) progress.line(m.cli_out_again({ out, count: again, store: store.folder }));
    if (unproven > 0) progress.line(m.cli_out_unproven({ out, count: unproven, store: store.folder, engine: lab.engine.name }));
    await conduct(plan, lab, store, finished, wanted, marks);
    if (again > 0) progress.line(m.cli_out_same({ same, count: again }));
    await saveSoFar();
    progress.line(m.cli_done({ out }));
    console.log(resultText(session));
  } catch (error) {
    // Of a zip, what is done is in the store until it is whole.
    const isSaved = session !== ground.session && !out.endsWith('.zip');
    if (isSaved) await saveSoFar();
    progress.line(error instanceof Cancelled ? (isSaved ? m.cli_stopped({ out }) : m.cli_stopped_in_store({ store: store.folder })) : '');
    throw error;
  } finally {
    await Promise.all(noted);
    process.off('SIGINT', stop).off('SIGTERM', stop);
    lab.dispose();
  }
}

/** What the store vouches for, of a session's trunk; whoever trained the rest, it was not this machine. */
async function vouchedFor({ runs, diverged = [] }: Session, store: OutcomeStore): Promise<ReadonlySet<SessionRun | SessionMark>> {
  const vouched = new Set<SessionRun | SessionMark>();
  for (const run of runs) {
    const { branch, origin, ...result } = run;
    if (branch === TRUNK && origin === undefined && (await store.vouchesFor(result))) vouched.add(run);
  }
  for (const mark of diverged) if (mark.origin === undefined && (await store.knowsOf(mark))) vouched.add(mark);
  return vouched;
}

async function contentOf(session: Session, out: string, weights: Notebook): Promise<string | Uint8Array> {
  if (!out.endsWith('.zip')) return exportSession(session);
  return new Uint8Array(await (await exportArchive(session, weights)).arrayBuffer());
}

/** The weights of a session's runs: those in the store, if they are of the same bits, else those that its file held. */
function weightsOf({ runs }: Session, store: OutcomeStore, { outcomes }: Ground): Notebook {
  const fingerprints = new Map(runs.map(({ key, fingerprint }) => [key, fingerprint]));
  return {
    find: async (key) => {
      const own = await store.find(key);
      return own?.result.fingerprint === fingerprints.get(key) ? own : (outcomes.get(key) ?? null);
    },
    keep: (outcome) => store.keep(outcome),
  };
}
