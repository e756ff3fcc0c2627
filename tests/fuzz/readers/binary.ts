/** Zips with weights, stored outcomes and packed data: bytes with and without checksums that are right again. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { gzipSync as gzipped, zipSync, type Zippable } from 'fflate';
import { density } from '../../../src/science/mask.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import type { Tensors } from '../../../src/science/tensors.ts';
import { exportArchive, importArchive } from '../../../src/sessions/archive.ts';
import { ByteReader, ByteWriter } from '../../../src/sessions/bytes.ts';
import { decodeOutcome, encodeOutcome } from '../../../src/sessions/compact.ts';
import { addRun, newSession, TRUNK, type Session } from '../../../src/sessions/session.ts';
import { readZip } from '../../../src/sessions/zip.ts';
import type { Dataset } from '../../../src/tasks/dataset.ts';
import { openPacked } from '../../../src/tasks/inflate.ts';
import { HEADER_BYTES, MAGIC, VERSION } from '../../../src/tasks/packed.ts';
import { tinyRecipe } from '../../unit/science/recipes.ts';
import { sampleOutcome } from '../../unit/sessions/sample.ts';
import type { Dice } from '../dice.ts';
import type { Reader } from '../fuzz.ts';
import { joined, mutateBytes, mutateJson, mutateText, wordsIn } from '../mutate.ts';

const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const recipe = tinyRecipe({
  name: 'Tiny',
  task: { dataset: 'iris', train: 100, validation: 20, test: 30 },
  model: { family: 'mlp', hidden: [5] },
  pruning: { levels: 1 },
  arms: ['ticket'],
});

/** An outcome whose figures say what its mask and weights are. */
function honest(level: number): RunOutcome {
  const outcome = sampleOutcome(recipe, { seed: 1, arm: 'ticket', level });
  return {
    ...outcome,
    result: { ...outcome.result, density: density(outcome.mask), fingerprint: fingerprint(modelOf(recipe), outcome.final) },
  };
}

export const outcomes = [honest(0), honest(1)];
const session = outcomes.reduce((grown, { result }) => addRun(grown, TRUNK, result), newSession(recipe));

interface Zipped {
  readonly bytes: Uint8Array;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

async function zipped(whole: Session): Promise<Zipped> {
  const find = (key: string): Promise<RunOutcome | null> => Promise.resolve(outcomes.find(({ result }) => result.key === key) ?? null);
  const bytes = new Uint8Array(await (await exportArchive(whole, { find })).arrayBuffer());
  const files: Record<string, Uint8Array> = {};
  for (const { name, read } of readZip(bytes, { entries: 100, bytes: 1e8 })) files[name] = new Uint8Array(await read());
  return { bytes, files };
}
const zips: readonly [Zipped, Zipped] = [await zipped(addRun(newSession(recipe), TRUNK, outcomes[0].result)), await zipped(session)];
const words = wordsIn([utf8(zips[1].files['session.json'])]);

export const archiveReader: Reader<Uint8Array> = {
  name: 'zip',
  make: (dice) => {
    const { bytes, files } = dice.pickSmall(zips);
    if (dice.once(3)) return mutateBytes(bytes, dice);
    const changed: Record<string, Uint8Array> = { ...files };
    const name = dice.pick(Object.keys(files));
    if (dice.once(10)) Reflect.deleteProperty(changed, name);
    else if (name !== 'session.json') changed[dice.once(10) ? mutateText(name, dice) : name] = mutateBytes(files[name], dice);
    else changed[name] = new TextEncoder().encode(mutateJson(utf8(files[name]), words, dice));
    return zipSync(changed satisfies Zippable, { level: 0 });
  },
  read: async (bytes) => {
    const opened = await importArchive(bytes, 'lab.zip');
    for await (const outcome of opened.outcomes(() => undefined)) boundedValues(outcome, bytes);
  },
  show,
};

const CHECKSUM_BYTES = 32;
const encoded = await Promise.all(outcomes.map(encodeOutcome));
const PREFIX_BYTES = 'LTLO'.length + 1;

/** The bytes of an outcome, changed, mostly with a checksum that is right again. */
export function changedOutcome(dice: Dice): Uint8Array {
  const bytes = dice.pick(encoded);
  if (dice.once(5)) return mutateBytes(bytes, dice);
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  const reader = new ByteReader(body.subarray(PREFIX_BYTES));
  const header = reader.text();
  const writer = new ByteWriter();
  writer.raw(body.subarray(0, PREFIX_BYTES));
  writer.text(dice.once(3) ? header : mutateJson(header, words, dice));
  writer.raw(dice.once(3) ? mutateBytes(reader.rest(), dice) : reader.rest());
  const changed = writer.done();
  return joined(changed, sha256(changed));
}

export const outcomeReader: Reader<Uint8Array> = {
  name: 'stored outcome',
  make: changedOutcome,
  read: async (bytes) => boundedValues(await decodeOutcome(bytes, 'outcome'), bytes),
  show,
};

/** No file makes the lab hold much more than it is itself: a bit of a mask stands for a float32. */
function boundedValues({ final, kept }: RunOutcome, { length }: Uint8Array): void {
  const sizeOf = (tensors: Tensors): number => Object.values(tensors).reduce((sum, values) => sum + values.byteLength, 0);
  const held = [final, ...Object.values(kept)].reduce((sum, { parameters, buffers }) => sum + sizeOf(parameters) + sizeOf(buffers), 0);
  if (held > 64 * length) throw new Error(`${held} bytes of weights came of ${length}`);
}

/** A set of images with three pixels, packed as `datasets/*` are. */
const dataset: Dataset = {
  name: 'tiny',
  title: 'Tiny',
  input: { height: 1, width: 3, channels: 1 },
  classes: 4,
  classNames: ['a', 'b', 'c', 'd'],
  pool: 6,
  test: 0,
  bytesPerValue: 1,
  normalisation: { scale: 255, mean: [0], deviation: [1] },
  licence: '',
  credit: '',
  files: { pool: [], test: [] },
};
const unpacked = new Uint8Array(HEADER_BYTES + dataset.pool * 4);
const header = new DataView(unpacked.buffer);
header.setUint32(0, MAGIC, true);
[VERSION, 1].forEach((value, index) => header.setUint16(4 + 2 * index, value, true));
header.setUint32(8, dataset.pool, true);
[1, 3, 1, dataset.classes].forEach((value, index) => header.setUint16(12 + 2 * index, value, true));
const packed = new Uint8Array(gzipSync(unpacked));

export const dataReader: Reader<Uint8Array> = {
  name: 'packed data',
  make: (dice) => (dice.once(2) ? mutateBytes(packed, dice) : gzipped(mutateBytes(unpacked, dice), { level: 0 })),
  // The manifest's own word for it, so that more than its hash is looked at.
  read: async (bytes) => {
    const file = { path: 'tiny/pool-0.bin', bytes: bytes.length, sha256: sha256(bytes).toString('hex'), count: dataset.pool };
    const { labels, inputs } = await openPacked(dataset, file, bytes);
    if (labels.length !== dataset.pool || inputs.length !== 3 * dataset.pool) throw new Error('another size than the manifest says');
  },
  show,
};
