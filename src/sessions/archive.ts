/**
 * A whole session as a zip, weights and all: `session.json`; for each run whose weights are at hand `masks/KEY.bin`, the
 * bit planes of its prunable parameters, and `weights/KEY.bin`, its parameters after training and then its buffers;
 * for each kept snapshot `weights/KEY-STEP.bin`. All in canonical order, float32 little-endian, of prunable parameters
 * the kept values only; a file that is longer holds the absent ones too. Shapes follow from the recipe, inits from the seed.
 */
import { m } from '../paraglide/messages.js';
import { prunableParameters, type Model } from '../models/model.ts';
import { LabError } from '../science/errors.ts';
import { NotJson } from '../science/json.ts';
import type { Notebook } from '../science/experiment.ts';
import { density, type Mask } from '../science/mask.ts';
import { runKey } from '../science/recipe/identity.ts';
import { modelOf } from '../science/recipe/model.ts';
import type { RunOutcome } from '../science/run.ts';
import type { Snapshot } from '../science/tensors.ts';
import { ByteReader, ByteWriter, Malformed } from './bytes.ts';
import { headersOf, readTensors, writeTensors } from './compact.ts';
import { exportSession, openSession, type OpenedSession } from './sealed.ts';
import { megabytes, most } from './limits.ts';
import { planOfBranch, trunkOf, type Session, type SessionRun } from './session.ts';
import { decodedPieces } from './text.ts';
import { Turns } from './turns.ts';
import { verified } from './verified.ts';
import { readZip, writeZip, type ZipEntry, type ZipFile } from './zip.ts';

const SESSION = 'session.json';
const LIMITS = { entries: most.archiveEntries, bytes: most.archiveBytes };

const maskFile = (key: string): string => `masks/${key}.bin`;
const weightsFile = (key: string): string => `weights/${key}.bin`;
const snapshotFile = (key: string, step: string): string => `weights/${key}-${step}.bin`;

export interface Archive extends OpenedSession {
  /** The runs whose weights are in it, one after another; `damaged` hears of what is damaged, by the name of its file. */
  readonly outcomes: (damaged: (error: LabError) => void) => AsyncGenerator<RunOutcome>;
}

/**
 * The session with what the notebook has of its runs' weights. Rejects with a LabError that says the way out where it
 * would be more than can be opened again.
 */
export const exportArchive = (session: Session, notebook: Pick<Notebook, 'find'>): Promise<Blob> =>
  writeZip(within(filesOf(session, notebook)));

async function* within(files: AsyncIterable<ZipFile>): AsyncGenerator<ZipFile> {
  let [entries, bytes] = [0, 0];
  for await (const file of files) {
    entries++;
    bytes += file.bytes.length;
    if (entries > LIMITS.entries || bytes > LIMITS.bytes)
      throw new LabError(m.library_zip_too_big_to_keep({ entries: LIMITS.entries, limit: megabytes(LIMITS.bytes) }), 'storage');
    yield file;
  }
}

async function* filesOf(session: Session, notebook: Pick<Notebook, 'find'>): AsyncGenerator<ZipFile> {
  yield { name: SESSION, bytes: new TextEncoder().encode(exportSession(session)) };
  for (const { run, model } of runsWithModels(session)) {
    const outcome = await notebook.find(run.key);
    if (outcome === null) continue;
    const { mask, final, kept } = outcome;
    yield { name: maskFile(run.key), bytes: maskBytes(model, mask) };
    yield { name: weightsFile(run.key), bytes: await valueBytes(model, final, mask) };
    for (const [step, snapshot] of Object.entries(kept))
      yield { name: snapshotFile(run.key, step), bytes: await valueBytes(model, snapshot, mask) };
  }
}

/** The session of a zip; `source` is the file's name. Rejects with a LabError that says what is wrong with it. */
export async function importArchive(bytes: Uint8Array, source: string): Promise<Archive> {
  const entries = await reading(source, source, () => Promise.resolve(readZip(bytes, LIMITS)));
  const files = new Map(entries.map((entry) => [entry.name, entry]));
  const text = files.get(SESSION);
  if (text === undefined) throw new LabError(m.library_zip_no_session({ source }), source);
  checkSize(text, source);
  const opened = await reading(SESSION, source, async () => {
    try {
      return await openSession(decodedPieces(text.pieces()), source);
    } catch (error) {
      // What is no JSON may be so because it was damaged on its way: then that is what is said.
      if (error instanceof LabError && error.cause instanceof NotJson) await text.check();
      throw error;
    }
  });
  return { ...opened, outcomes: (damaged) => outcomesOf(opened.session, files, source, damaged) };
}

/** What is packed is not touched where it says itself that it is too much. */
function checkSize(entry: ZipEntry, source: string): void {
  if (entry.size > most.textBytes)
    throw new LabError(
      m.library_zip_session_too_big({ source, megabytes: Math.ceil(megabytes(entry.size)), limit: megabytes(most.textBytes) }),
      SESSION,
    );
}

/** Runs the body of a reader and says of whom it complains. */
async function reading<Value>(file: string, source: string, body: () => Promise<Value>): Promise<Value> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(m.library_zip_damaged({ source, file }), file, { cause: error });
  }
}

/** The snapshots in an archive, by run key. */
function snapshotsIn(files: Iterable<ZipEntry>): Map<string, { step: number; file: ZipEntry }[]> {
  const all = new Map<string, { step: number; file: ZipEntry }[]>();
  for (const file of files) {
    const match = /^weights\/([0-9a-f]{64})-(\d{1,7})\.bin$/.exec(file.name);
    if (match === null) continue;
    const [, key, step] = match;
    all.set(key, [...(all.get(key) ?? []), { step: Number(step), file }]);
  }
  return all;
}

async function* outcomesOf(
  session: Session,
  files: ReadonlyMap<string, ZipEntry>,
  source: string,
  damaged: (error: LabError) => void,
): AsyncGenerator<RunOutcome> {
  const snapshots = snapshotsIn(files.values());
  /** What a reader makes of a file, or null where it is damaged. */
  const attempt = async <Value>(file: ZipEntry, body: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await reading(file.name, source, body);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      damaged(error);
      return null;
    }
  };
  for (const { run, model } of runsWithModels(session)) {
    const [maskEntry, weightsEntry] = [files.get(maskFile(run.key)), files.get(weightsFile(run.key))];
    if (maskEntry === undefined || weightsEntry === undefined) continue;
    const { branch, origin, ...result } = run;
    const mask = await attempt(maskEntry, async () => readMask(model, run, await bytesOf(maskEntry, maskBytesOf(model))));
    if (mask === null) continue;
    const values = async (file: ZipEntry): Promise<Snapshot> => readValues(model, mask, await bytesOf(file, 4 * valuesOf(model)));
    const outcome = await attempt(weightsEntry, async () => {
      const found = { result, mask, final: await values(weightsEntry), kept: {} };
      return verified(found, weightsEntry.name).catch(() => Promise.reject(new Malformed()));
    });
    if (outcome === null) continue;
    const kept: Record<number, Snapshot> = {};
    for (const { step, file } of snapshots.get(run.key) ?? []) {
      const snapshot = await attempt(file, () => values(file));
      if (snapshot !== null) kept[step] = snapshot;
    }
    yield { ...outcome, kept };
  }
}

const valuesOf = (model: Model): number => [...model.parameters, ...model.buffers].reduce((sum, { size }) => sum + size, 0);
const maskBytesOf = (model: Model): number => prunableParameters(model).reduce((sum, { size }) => sum + ((size + 7) >> 3), 0);

/** An entry's bytes, where there are no more of them than its place could hold. */
function bytesOf(entry: ZipEntry, limit: number): Promise<Uint8Array> {
  return entry.size > limit ? Promise.reject(new Malformed()) : entry.read();
}

/** Every run once, whatever branch it is in, that is what its key says; one with a made-up key could pass for another run. */
function runsWithModels(session: Session): { run: SessionRun; model: Model }[] {
  // All branches share the trunk's network.
  const model = modelOf(trunkOf(session).recipe);
  const plans = new Map(session.branches.map(({ id }) => [id, planOfBranch(session, id)]));
  const known = new Set<string>();
  return session.runs.flatMap((run) => {
    const plan = plans.get(run.branch);
    if (plan === undefined || known.has(run.key) || run.key !== runKey(plan, run, run.engine.arithmeticVersion)) return [];
    known.add(run.key);
    return { run, model };
  });
}

function maskBytes(model: Model, mask: Mask): Uint8Array {
  const writer = new ByteWriter();
  for (const { name } of prunableParameters(model)) writer.raw(mask[name].bytes);
  return writer.done();
}

function readMask(model: Model, run: SessionRun, bytes: Uint8Array): Mask {
  const reader = new ByteReader(bytes);
  const mask = Object.fromEntries(prunableParameters(model).map(({ name, size }) => [name, { size, bytes: reader.bits(size) }]));
  reader.end();
  if (density(mask) !== run.density) throw new Malformed();
  return mask;
}

async function valueBytes(model: Model, snapshot: Snapshot, mask: Mask): Promise<Uint8Array> {
  const turns = new Turns();
  const parameters = Object.fromEntries(model.parameters.map(({ name }) => [name, snapshot.parameters[name]]));
  const buffers = Object.fromEntries(model.buffers.map(({ name }) => [name, snapshot.buffers[name]]));
  const headers = await headersOf(parameters, mask, turns);
  const holdsAbsent = headers.some(({ name, coding }) => coding === 'all' && Object.hasOwn(mask, name));
  const writer = new ByteWriter();
  await writeTensors(writer, parameters, holdsAbsent ? await headersOf(parameters, {}, turns) : headers, mask, turns);
  await writeTensors(writer, buffers, await headersOf(buffers, {}, turns), {}, turns);
  return writer.done();
}

async function readValues(model: Model, mask: Mask, bytes: Uint8Array): Promise<Snapshot> {
  const turns = new Turns();
  const held = bytes.length === 4 * valuesOf(model) ? {} : mask;
  const reader = new ByteReader(bytes);
  const coded = (parts: readonly { name: string; size: number }[]) =>
    parts.map(({ name, size }) => ({ name, size, coding: Object.hasOwn(held, name) ? ('kept' as const) : ('all' as const) }));
  const snapshot = {
    parameters: await readTensors(reader, coded(model.parameters), held, turns),
    buffers: await readTensors(reader, coded(model.buffers), {}, turns),
  };
  reader.end();
  return snapshot;
}
