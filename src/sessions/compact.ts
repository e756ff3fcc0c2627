/**
 * A run's outcome as bytes, for IndexedDB and for files beside a session: of prunable weights the kept values only.
 *
 * `LTLO`, version, header (result, names and sizes as JSON), mask bits, values, SHA-256 of all before it.
 * Values are float32, little-endian, copied as bits, so −0 and every NaN come back as they were; absent weights,
 * which are zero, come back as +0.
 */
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { countBits, getBit, type Bits, type Mask } from '../science/mask.ts';
import type { RunOutcome } from '../science/run.ts';
import type { Snapshot, Tensors } from '../science/tensors.ts';
import { ByteReader, ByteWriter, Malformed } from './bytes.ts';
import { sha256Of } from './digest.ts';
import { parseAs, ResultSchema } from './schema.ts';
import { nextTask, Turns } from './turns.ts';
import { verified } from './verified.ts';

const MAGIC = 'LTLO';
const VERSION = 1;
const CHECKSUM_BYTES = 32;
/** Most values of all snapshots together, 1 GB of them: a mask without a bit set would let a small file promise any number. */
const MOST_VALUES = 2 ** 28;
/** Weights that are worked through between two looks at the clock. */
const CHUNK = 2 ** 14;

const size = () => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1));
const name = () => v.pipe(v.string(), v.maxLength(256));

/** `kept`: only values that the mask keeps follow; otherwise all of them. */
const TensorsSchema = v.array(v.strictObject({ name: name(), size: size(), coding: v.picklist(['kept', 'all']) }));

const HeaderSchema = v.strictObject({
  result: ResultSchema,
  mask: v.array(v.strictObject({ name: name(), size: size() })),
  /** The final snapshot, whose position is null, then the kept ones. */
  snapshots: v.pipe(
    v.array(v.strictObject({ position: v.nullable(size()), parameters: TensorsSchema, buffers: TensorsSchema })),
    v.minLength(1),
  ),
});

type TensorHeaders = v.InferOutput<typeof TensorsSchema>;

/** The outcome as bytes. Throws a LabError that names a result's field which is not a finite number. */
export async function encodeOutcome({ result, mask, final, kept }: RunOutcome): Promise<Uint8Array> {
  const turns = new Turns();
  const snapshots = [
    { position: null, snapshot: final },
    ...Object.entries(kept).map(([position, snapshot]) => ({ position: Number(position), snapshot })),
  ];
  const header: v.InferInput<typeof HeaderSchema> = {
    result: parseAs(ResultSchema, result, 'result'),
    mask: Object.entries(mask).map(([name, bits]) => ({ name, size: bits.size })),
    snapshots: [],
  };
  for (const { position, snapshot } of snapshots) {
    const parameters = await headersOf(snapshot.parameters, mask, turns);
    header.snapshots.push({ position, parameters, buffers: await headersOf(snapshot.buffers, {}, turns) });
  }
  const writer = new ByteWriter();
  writer.raw(new TextEncoder().encode(MAGIC));
  writer.varint(VERSION);
  writer.text(JSON.stringify(header));
  for (const bits of Object.values(mask)) writer.raw(bits.bytes);
  for (const [index, { snapshot }] of snapshots.entries()) {
    await writeTensors(writer, snapshot.parameters, header.snapshots[index].parameters, mask, turns);
    await writeTensors(writer, snapshot.buffers, header.snapshots[index].buffers, {}, turns);
  }
  const body = writer.done();
  writer.raw(await sha256Of(body));
  return writer.done();
}

/** A snapshot with values where nothing should be is written in full: nothing is ever lost. */
const codingOf = async (values: Float32Array, bits: Bits | undefined, turns: Turns): Promise<'kept' | 'all'> =>
  bits?.size === values.length && (await isZeroElsewhere(values, bits, turns)) ? 'kept' : 'all';

/** Eight weights at a time. */
async function isZeroElsewhere(values: Float32Array, { bytes }: Bits, turns: Turns): Promise<boolean> {
  for (let at = 0; at < bytes.length; at++) {
    if (at % (CHUNK / 8) === 0) await turns.next();
    if (bytes[at] === 255) continue;
    const end = Math.min(values.length, 8 * at + 8);
    for (let index = 8 * at; index < end; index++) {
      if (values[index] !== 0 && ((bytes[at] >> (index & 7)) & 1) === 0) return false;
    }
  }
  return true;
}

export async function headersOf(tensors: Tensors, mask: Mask, turns: Turns): Promise<TensorHeaders> {
  const headers: TensorHeaders = [];
  for (const [name, values] of Object.entries(tensors)) {
    headers.push({ name, size: values.length, coding: await codingOf(values, maskOf(mask, name), turns) });
  }
  return headers;
}

const maskOf = (mask: Mask, name: string): Bits | undefined => (Object.hasOwn(mask, name) ? mask[name] : undefined);

/** The values' bits; a copy through numbers could change a NaN. */
const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** The values' bytes as they lie in memory: little-endian, as on every machine that runs WebAssembly without turning them. */
const bytesOf = (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export async function writeTensors(writer: ByteWriter, tensors: Tensors, headers: TensorHeaders, mask: Mask, turns: Turns): Promise<void> {
  for (const { name, size, coding } of headers) {
    const values = tensors[name];
    await turns.next();
    const kept = storedBits(coding, mask, name, size);
    if (kept === null) {
      writer.raw(bytesOf(values));
      continue;
    }
    const words = bitsOf(values);
    const packed = new Float32Array(countBits(kept));
    const packedWords = bitsOf(packed);
    let at = 0;
    for (let index = 0; index < words.length; index++) {
      if (index % CHUNK === 0) await turns.next();
      if (getBit(kept, index)) packedWords[at++] = words[index];
    }
    writer.raw(bytesOf(packed));
  }
}

/**
 * The outcome of `bytes`, exactly. Rejects with a LabError, whose subject is `source`, where they are damaged, in another
 * form, or not what the result among them says.
 */
export async function decodeOutcome(bytes: Uint8Array, source: string): Promise<RunOutcome> {
  const fail = (reason: string, cause?: unknown) => new LabError(m.sessions_outcome_corrupt({ source, reason }), source, { cause });
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw fail(m.sessions_outcome_foreign());
  // To read so many bytes and to copy them for the hash are long tasks each.
  await nextTask();
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
  const checksum = bytes.subarray(body.length);
  const expected = await sha256Of(body);
  if (!expected.every((byte, index) => byte === checksum[index])) throw fail(m.sessions_outcome_checksum());
  try {
    const reader = new ByteReader(body.subarray(MAGIC.length));
    if (reader.varint() !== VERSION) throw fail(m.sessions_outcome_newer());
    return await verified(await readOutcome(reader, source), source);
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) throw fail(m.sessions_outcome_truncated(), error);
    throw error;
  }
}

/** The same of what is kept under a run key: another run's outcome is none of it. */
export async function decodeOutcomeOf(key: string, bytes: Uint8Array): Promise<RunOutcome> {
  const outcome = await decodeOutcome(bytes, key);
  if (outcome.result.key === key) return outcome;
  throw new LabError(m.sessions_outcome_corrupt({ source: key, reason: m.sessions_outcome_other() }), key);
}

async function readOutcome(reader: ByteReader, source: string): Promise<RunOutcome> {
  const turns = new Turns();
  const header = parseAs(HeaderSchema, JSON.parse(reader.text()), source);
  const tensors = header.snapshots.flatMap(({ parameters, buffers }) => [...parameters, ...buffers]);
  if (tensors.reduce((sum, { size }) => sum + size, 0) > MOST_VALUES) throw new Malformed();
  const mask = Object.fromEntries(header.mask.map(({ name, size }) => [name, { size, bytes: reader.bits(size) }]));
  const snapshots: [number | null, Snapshot][] = [];
  for (const { position, parameters, buffers } of header.snapshots) {
    const read = await readTensors(reader, parameters, mask, turns);
    snapshots.push([position, { parameters: read, buffers: await readTensors(reader, buffers, {}, turns) }]);
  }
  reader.end();
  return {
    result: header.result,
    mask,
    final: snapshots[0][1],
    kept: Object.fromEntries(snapshots.slice(1).map(([position, snapshot]) => [String(position), snapshot])),
  };
}

export async function readTensors(reader: ByteReader, headers: TensorHeaders, mask: Mask, turns: Turns): Promise<Tensors> {
  const tensors: [string, Float32Array][] = [];
  for (const { name, size, coding } of headers) {
    tensors.push([name, await readValues(reader, size, storedBits(coding, mask, name, size), turns)]);
  }
  return Object.fromEntries(tensors);
}

/** The bits of the weights that are stored; null where all of them are, as of a dense network. */
function storedBits(coding: 'kept' | 'all', mask: Mask, name: string, size: number): Bits | null {
  if (coding === 'all') return null;
  const bits = maskOf(mask, name);
  if (bits?.size !== size) throw new Malformed();
  return countBits(bits) === size ? null : bits;
}

async function readValues(reader: ByteReader, size: number, kept: Bits | null, turns: Turns): Promise<Float32Array> {
  await turns.next();
  const count = kept === null ? size : countBits(kept);
  const stored = reader.raw(4 * count);
  const packed = new Float32Array(count);
  bytesOf(packed).set(stored);
  if (kept === null) return packed;
  const values = new Float32Array(size);
  const [words, packedWords] = [bitsOf(values), bitsOf(packed)];
  let at = 0;
  for (let index = 0; index < size; index++) {
    if (index % CHUNK === 0) await turns.next();
    if (getBit(kept, index)) words[index] = packedWords[at++];
  }
  return values;
}
