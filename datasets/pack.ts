/** What the converters share: reading the originals, packing them, and keeping manifest.json in step. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { format, resolveConfig } from 'prettier';
import type { DataFile, Dataset, Normalisation } from '../src/tasks/dataset.ts';
import { HEADER_BYTES, inflatedBytes, MAGIC, VERSION } from '../src/tasks/packed.ts';

/** Examples as read, values as in the original. */
export interface Examples {
  readonly labels: Uint8Array;
  readonly inputs: Uint8Array | Float32Array;
}

/** What a converter knows of its set; the rest follows from the examples. */
export type Facts = Omit<Dataset, 'pool' | 'test' | 'bytesPerValue' | 'isOnBlack' | 'files'>;

const manifestPath = join(import.meta.dirname, 'manifest.json');

/** The folder of originals, from the command line. */
export function sourceFolder(): string {
  if (process.argv.length !== 3) throw new Error('Usage: npx tsx datasets/NAME/convert.ts FOLDER_OF_THE_ORIGINALS');
  return process.argv[2];
}

/** The bytes of a file, gunzipped where only FILE.gz is there. */
export function readOriginal(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
}

/** An IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist/): its dimensions and its values. */
function readIdx(path: string): { readonly dimensions: readonly number[]; readonly values: Uint8Array } {
  const file = readOriginal(path);
  if (file.readUInt16BE(0) !== 0 || file[2] !== 0x08) throw new Error(`${path} is not an IDX file of unsigned bytes`);
  const dimensions = Array.from({ length: file[3] }, (_, index) => file.readUInt32BE(4 + 4 * index));
  const values = new Uint8Array(file.subarray(4 + 4 * dimensions.length));
  if (values.length !== dimensions.reduce((product, size) => product * size, 1)) throw new Error(`${path} has the wrong length`);
  return { dimensions, values };
}

/** Images and labels of an IDX pair in MNIST's naming; `part` is `train` or `t10k`. */
export function readIdxPair(folder: string, part: string): Examples {
  const images = readIdx(join(folder, `${part}-images-idx3-ubyte`));
  const labels = readIdx(join(folder, `${part}-labels-idx1-ubyte`));
  if (images.dimensions[0] !== labels.values.length) throw new Error(`${part}: as many labels as images are needed`);
  return { labels: labels.values, inputs: images.values };
}

/** Rows of numbers, the label last; scikit-learn's first row, where there is one, tells of the others. */
export function readTable(path: string, firstRow: 'description' | 'data'): Examples {
  const lines = readOriginal(path).toString('utf8').trim().split('\n');
  const rows = (firstRow === 'description' ? lines.slice(1) : lines).map((line) => line.split(',').map(Number));
  if (rows.flat().some((value) => !Number.isFinite(value))) throw new Error(`${path} holds something that is not a number`);
  return {
    labels: Uint8Array.from(rows, (row) => row[row.length - 1]),
    inputs: Float32Array.from(rows.flatMap((row) => row.slice(0, -1))),
  };
}

/** Mean and standard deviation (÷ n) of each channel of `values ÷ scale`, to six significant digits. */
export function statistics(values: ArrayLike<number>, channels: number, scale: number): Normalisation {
  const mean = new Array<number>(channels).fill(0);
  const square = new Array<number>(channels).fill(0);
  const each = values.length / channels;
  for (let index = 0; index < values.length; index++) mean[index % channels] += values[index] / scale / each;
  for (let index = 0; index < values.length; index++)
    square[index % channels] += (values[index] / scale - mean[index % channels]) ** 2 / each;
  const short = (value: number): number => Number(value.toPrecision(6));
  return { scale, mean: mean.map(short), deviation: square.map((variance) => short(Math.sqrt(variance))) };
}

/** The first `count` of the examples. */
export function first({ labels, inputs }: Examples, count: number): Examples {
  return { labels: labels.subarray(0, count), inputs: inputs.subarray(0, (inputs.length / labels.length) * count) };
}

/** Writes the packed files of a set, its pool in shards of `shard` examples, and its entry in the manifest. */
export async function writeDataset(facts: Facts, pool: Examples, test: Examples | null, shard = pool.labels.length): Promise<void> {
  const shards = Math.ceil(pool.labels.length / shard);
  const poolFiles = Array.from({ length: shards }, (_, index) => {
    const file = shards === 1 && test === null ? 'all.bin' : `train-${index}.bin`;
    return writePacked(facts, file, pool, index * shard, Math.min((index + 1) * shard, pool.labels.length));
  });
  const { normalisation, licence, credit, ...shape } = facts;
  await writeEntry({
    ...shape,
    pool: pool.labels.length,
    test: test?.labels.length ?? 0,
    bytesPerValue: pool.inputs.BYTES_PER_ELEMENT,
    ...(isOnBlack(pool) && { isOnBlack: true }),
    normalisation,
    licence,
    credit,
    files: { pool: poolFiles, test: test === null ? [] : [writePacked(facts, 'test.bin', test, 0, test.labels.length)] },
  });
}

/** Whether at least 40 % of the bytes are 0: enough that passing over them pays. */
function isOnBlack({ inputs }: Examples): boolean {
  return inputs instanceof Uint8Array && inputs.reduce((zeros, byte) => zeros + (byte === 0 ? 1 : 0), 0) >= 0.4 * inputs.length;
}

function writePacked(facts: Facts, file: string, { labels, inputs }: Examples, from: number, to: number): DataFile {
  const size = inputs.length / labels.length;
  const header = { bytesPerValue: inputs.BYTES_PER_ELEMENT, count: to - from, shape: facts.input, classes: facts.classes };
  const packed = Buffer.alloc(inflatedBytes(header));
  packed.writeUInt32LE(MAGIC, 0);
  packed.writeUInt16LE(VERSION, 4);
  packed.writeUInt16LE(header.bytesPerValue, 6);
  packed.writeUInt32LE(header.count, 8);
  packed.writeUInt16LE(facts.input.height, 12);
  packed.writeUInt16LE(facts.input.width, 14);
  packed.writeUInt16LE(facts.input.channels, 16);
  packed.writeUInt16LE(facts.classes, 18);
  packed.set(labels.subarray(from, to), HEADER_BYTES);
  const values = HEADER_BYTES + header.count;
  for (let index = from * size, offset = values; index < to * size; index++, offset += header.bytesPerValue) {
    if (inputs instanceof Float32Array) packed.writeFloatLE(inputs[index], offset);
    else packed[offset] = inputs[index];
  }
  const bytes = gzipSync(packed, { level: 9 });
  // zlib writes no time, but the system it ran on: say "unknown", so that the same originals give the same file.
  bytes[9] = 255;
  const path = `${facts.name}/${file}`;
  writeFileSync(join(import.meta.dirname, path), bytes);
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), count: header.count };
}

/** The order in which sets are listed to people. */
const order = ['mnist', 'fashion-mnist', 'digits', 'iris', 'wine', 'breast-cancer'];

async function writeEntry(entry: Dataset): Promise<void> {
  const manifest = existsSync(manifestPath) ? (JSON.parse(readFileSync(manifestPath, 'utf8')) as { sets: Dataset[] }) : { sets: [] };
  const sets = [...manifest.sets.filter(({ name }) => name !== entry.name), entry];
  sets.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  const text = JSON.stringify({ version: 1, sets });
  writeFileSync(manifestPath, await format(text, { ...(await resolveConfig(manifestPath)), parser: 'json' }));
}
