/**
 * Links of the first form, `s1.`, which stay readable: deflated as a whole, name, canonical recipe, engine, which runs
 * there are, and column by column their correct test answers, early-stop evaluations, correct test answers there and
 * 4-byte fingerprints; at the end 4 bytes of the SHA-256 of all before.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { runsOf } from '../../science/experiment.ts';
import { planOf } from '../../science/plan.ts';
import { densityLadder } from '../../science/prune/counts.ts';
import { modelOf } from '../../science/recipe/model.ts';
import type { EngineIdentity } from '../../science/trainer.ts';
import { ByteReader, Malformed } from '../bytes.ts';
import { inflate } from '../deflate.ts';
import { fittedName } from '../limits.ts';
import { checksumOf } from './container.ts';
import { expectFewRuns, FINGERPRINT_BYTES, MAX_TEXT_BYTES, readRecipe, type SharedSession } from './shared.ts';

const CHECKSUM_BYTES = 4;

export async function readFirst(deflated: Uint8Array): Promise<Omit<SharedSession, 'hash'>> {
  const bytes = await inflate(deflated, MAX_TEXT_BYTES);
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
  const checksum = checksumOf(body);
  if (!checksum.every((byte, index) => byte === bytes[body.length + index])) throw new Malformed();
  const reader = new ByteReader(body);
  const name = fittedName(reader.text());
  const recipe = readRecipe(reader.text(), name);
  const engine = engineOf(reader.text(), reader.varint());
  const runs = runsOf(planOf(recipe));
  const flags = readFlags(reader, runs.length);
  const done = runs.filter((_, index) => flags[index]);
  expectFewRuns(done.length);
  const { test } = recipe.task;
  const { steps, evaluateEvery } = recipe.training;
  const correct = readDeltas(reader, done.length, test);
  const stops = readDeltas(reader, done.length, Math.ceil(steps / evaluateEvery));
  const correctThere = readDeltas(reader, done.length, test);
  const densities = densityLadder(planOf(recipe), modelOf(recipe));
  const figures = done.map((run, index) => ({
    ...run,
    density: densities[run.level],
    testAccuracy: correct[index] / test,
    earlyStop: { step: Math.min(steps, stops[index] * evaluateEvery), testAccuracy: correctThere[index] / test },
    engine,
    fingerprint: bytesToHex(reader.raw(FINGERPRINT_BYTES)),
  }));
  reader.end();
  return { name, recipe, branches: [], plan: planOf(recipe), figures, curves: [], masks: [], marks: [] };
}

/** `sparse`, or `tfjs-` and a backend; only `sparse` gives the same bits everywhere. */
function engineOf(label: string, arithmeticVersion: number): EngineIdentity {
  if (label === 'sparse') return { name: 'sparse', backend: null, arithmeticVersion, deterministic: true };
  return { name: 'tfjs', backend: label.replace(/^tfjs-/, ''), arithmeticVersion, deterministic: false };
}

/** One bit each, low first. */
function readFlags(reader: ByteReader, count: number): boolean[] {
  const bytes = reader.raw((count + 7) >> 3);
  return Array.from({ length: count }, (_, index) => ((bytes[index >> 3] >> (index & 7)) & 1) === 1);
}

/** Numbers of 0..`most`, each written as its difference from the one before. */
function readDeltas(reader: ByteReader, count: number, most: number): number[] {
  let value = 0;
  return Array.from({ length: count }, () => {
    value += reader.signed();
    if (value < 0 || value > most) throw new Malformed();
    return value;
  });
}
