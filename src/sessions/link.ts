/**
 * A session in a link: its recipe and every run's figures, in the hash of an address.
 *
 * `s1.` and then, in base64url, deflated: name, canonical recipe, engine, which runs there are, and column by column
 * their correct test answers, early-stop evaluations, correct test answers there and 4-byte fingerprints; at the end
 * 4 bytes of the SHA-256 of all before. Densities and steps follow from the recipe. What is read is hostile input.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { m } from '../paraglide/messages.js';
import type { RunFigures } from '../science/analysis/summary.ts';
import { LabError } from '../science/errors.ts';
import { runsOf } from '../science/experiment.ts';
import { planOf } from '../science/plan.ts';
import { densityLadder } from '../science/prune/counts.ts';
import { canonicalRecipe } from '../science/recipe/identity.ts';
import { modelOf } from '../science/recipe/model.ts';
import { parseRecipe } from '../science/recipe/parse.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunResult } from '../science/result.ts';
import { ByteReader, ByteWriter, Malformed } from './bytes.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { deflate, inflate, TooLong } from './deflate.ts';
import { findRun, sessionName, trunkOf, type Session } from './session.ts';

const PREFIX = /^s(\d{1,4})\./;
const VERSION = 1;
const CHECKSUM_BYTES = 4;
const FINGERPRINT_BYTES = 4;
/** Most bytes that a link may unpack to; 60 levels, 64 seeds and four arms need some 150 kB. */
const MAX_BYTES = 1_000_000;

/** What a link holds of a run. */
export interface SharedFigures extends RunFigures {
  /** The first 8 hexadecimal digits of the run's fingerprint. */
  readonly fingerprint: string;
}

export interface SharedSession {
  readonly name: string;
  readonly recipe: Recipe;
  /** The engine that trained it, e.g. `sparse`; empty where nothing was trained. */
  readonly engine: string;
  readonly arithmeticVersion: number;
  readonly figures: readonly SharedFigures[];
}

const engineLabel = ({ name, backend }: RunResult['engine']): string => (backend === null ? name : `${name}-${backend}`);

/** The session's trunk as a hash, without `#`. */
export async function encodeLink(session: Session): Promise<string> {
  const { recipe } = trunkOf(session);
  const runs = runsOf(planOf(recipe)).map((run) => findRun(session, trunkOf(session).id, run));
  const done = runs.filter((run) => run !== undefined);
  const writer = new ByteWriter();
  writer.text(sessionName(session));
  writer.text(JSON.stringify(canonicalRecipe(recipe)));
  writer.text(done.length === 0 ? '' : engineLabel(done[0].engine));
  writer.varint(done.length === 0 ? 0 : done[0].engine.arithmeticVersion);
  writeFlags(
    writer,
    runs.map((run) => run !== undefined),
  );
  const correct = (accuracy: number) => Math.round(accuracy * recipe.task.test);
  writeDeltas(
    writer,
    done.map(({ metrics }) => correct(metrics.accuracy.test)),
  );
  writeDeltas(
    writer,
    done.map(({ earlyStop }) => Math.ceil(earlyStop.step / recipe.training.evaluateEvery)),
  );
  writeDeltas(
    writer,
    done.map(({ earlyStop }) => correct(earlyStop.metrics.accuracy.test)),
  );
  for (const { fingerprint } of done) writer.raw(hexToBytes(fingerprint.slice(0, 2 * FINGERPRINT_BYTES)));
  writer.raw(sha256(writer.done()).subarray(0, CHECKSUM_BYTES));
  return `s${VERSION}.${toBase64Url(await deflate(writer.done()))}`;
}

/** The session of a hash, without `#`. Throws a LabError, subject `link`, that says what is wrong with it. */
export async function decodeLink(hash: string): Promise<SharedSession> {
  const prefix = PREFIX.exec(hash);
  if (prefix === null) throw new LabError(m.sessions_link_foreign(), 'link');
  const version = Number(prefix[1]);
  if (version > VERSION) throw new LabError(m.sessions_link_newer({ version }), 'link');
  try {
    const bytes = await inflate(fromBase64Url(hash.slice(prefix[0].length)), MAX_BYTES);
    return read(verified(bytes));
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (error instanceof TooLong) throw new LabError(m.sessions_link_bomb({ limit: MAX_BYTES / 1000 }), 'link', { cause: error });
    throw new LabError(m.sessions_link_mangled(), 'link', { cause: error });
  }
}

function verified(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
  const checksum = bytes.subarray(body.length);
  if (bytesToHex(sha256(body).subarray(0, CHECKSUM_BYTES)) !== bytesToHex(checksum)) throw new Malformed();
  return body;
}

function read(body: Uint8Array): SharedSession {
  const reader = new ByteReader(body);
  const name = reader.text();
  const recipe = readRecipe(reader.text(), name);
  const engine = reader.text();
  const arithmeticVersion = reader.varint();
  const plan = planOf(recipe);
  const runs = runsOf(plan);
  const flags = readFlags(reader, runs.length);
  const done = runs.filter((_, index) => flags[index]);
  const correct = readDeltas(reader, done.length, recipe.task.test);
  const stops = readDeltas(reader, done.length, Math.ceil(recipe.training.steps / recipe.training.evaluateEvery));
  const correctThere = readDeltas(reader, done.length, recipe.task.test);
  const densities = densityLadder(plan, modelOf(recipe));
  const figures = done.map((run, index) => ({
    ...run,
    density: densities[run.level],
    testAccuracy: correct[index] / recipe.task.test,
    earlyStop: {
      step: Math.min(recipe.training.steps, stops[index] * recipe.training.evaluateEvery),
      testAccuracy: correctThere[index] / recipe.task.test,
    },
    fingerprint: bytesToHex(reader.raw(FINGERPRINT_BYTES)),
  }));
  reader.end();
  return { name, recipe, engine, arithmeticVersion, figures };
}

function readRecipe(text: string, name: string): Recipe {
  try {
    return { ...parseRecipe(JSON.parse(text)), name };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(m.sessions_link_recipe({ reason: error.message }), 'link', { cause: error });
  }
}

/** One bit each, low first. */
function writeFlags(writer: ByteWriter, flags: readonly boolean[]): void {
  const bytes = writer.reserve((flags.length + 7) >> 3).fill(0);
  flags.forEach((flag, index) => {
    if (flag) bytes[index >> 3] |= 1 << (index & 7);
  });
}

function readFlags(reader: ByteReader, count: number): boolean[] {
  const bytes = reader.raw((count + 7) >> 3);
  return Array.from({ length: count }, (_, index) => ((bytes[index >> 3] >> (index & 7)) & 1) === 1);
}

/** Each number as its difference from the one before: neighbours are alike. */
function writeDeltas(writer: ByteWriter, values: readonly number[]): void {
  values.forEach((value, index) => writer.signed(value - (values[index - 1] ?? 0)));
}

/** Numbers of 0..`most`. */
function readDeltas(reader: ByteReader, count: number, most: number): number[] {
  let value = 0;
  return Array.from({ length: count }, () => {
    value += reader.signed();
    if (value < 0 || value > most) throw new Malformed();
    return value;
  });
}
