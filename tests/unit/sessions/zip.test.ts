import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../../src/sessions/bytes.ts';
import { readZip, writeZip, type ZipFile } from '../../../src/sessions/zip.ts';

const limits = { entries: 10, bytes: 1_000_000 };
const files: readonly ZipFile[] = [
  { name: 'session.json', bytes: new TextEncoder().encode(JSON.stringify({ text: 'kept '.repeat(500) })) },
  { name: 'weights/ö.bin', bytes: Uint8Array.from({ length: 3000 }, (_, index) => (index * 97) & 255) },
  { name: 'empty.bin', bytes: new Uint8Array(0) },
];

async function* each(list: readonly ZipFile[]): AsyncGenerator<ZipFile> {
  for (const file of list) yield await Promise.resolve(file);
}
const written = async (): Promise<Uint8Array> => new Uint8Array(await (await writeZip(each(files))).arrayBuffer());
const readAll = (bytes: Uint8Array, within = limits): Promise<ZipFile[]> =>
  Promise.all(readZip(bytes, within).map(async ({ name, read }) => ({ name, bytes: new Uint8Array(await read()) })));

/** Where the directory's record of the first file begins. */
const directoryOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(bytes.length - 6, true);

/** The zip with one field of its first directory record overwritten. */
function forged(bytes: Uint8Array, offset: number, value: number, size: 2 | 4 = 4): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (size === 4) view.setUint32(directoryOf(copy) + offset, value, true);
  else view.setUint16(directoryOf(copy) + offset, value, true);
  return copy;
}

describe('a zip', () => {
  it('gives back what was put in', async () => {
    const bytes = await written();
    expect(await readAll(bytes)).toEqual(files);
  });

  it('may have a comment at its end', async () => {
    const bytes = await written();
    const commented = new Uint8Array([...bytes, ...new TextEncoder().encode('hello')]);
    new DataView(commented.buffer).setUint16(bytes.length - 2, 5, true);
    expect(await readAll(commented)).toEqual(files);
  });
});

it('a zip of another program may say more of each file, in both of its headers', async () => {
  const extra = { 0x9999: new Uint8Array(300).fill(7) };
  const bytes = zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, [bytes, { extra, comment: 'said '.repeat(70) }]])));
  expect(await readAll(bytes)).toEqual(files);
});

it('as many files and bytes as the limits allow are read', async () => {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  expect(await readAll(await written(), { entries: files.length, bytes })).toEqual(files);
  await expect(async () => readAll(await written(), { entries: files.length, bytes: bytes - 1 })).rejects.toBeInstanceOf(Malformed);
});

describe('a zip that lies', () => {
  it('wherever it is cut short, it is refused', async () => {
    const bytes = await written();
    for (let length = 0; length < bytes.length; length += 41)
      await expect(async () => readAll(bytes.slice(0, length))).rejects.toBeInstanceOf(Malformed);
  });

  it('a flipped bit in any file is found', async () => {
    const bytes = await written();
    const view = new DataView(bytes.buffer);
    for (let at = 60; at < directoryOf(bytes) - 100; at += 101) {
      const copy = bytes.slice();
      copy[at] ^= 4;
      // Local headers repeat what the directory says; a change there may be harmless, but never changes what is read.
      await readAll(copy).then(
        (read) => expect(read).toEqual(files),
        (error: unknown) => expect(error).toBeInstanceOf(Malformed),
      );
    }
    expect(view.byteLength).toBeGreaterThan(3000);
  });

  it.each([
    ['a size that is too small', 24, 100],
    ['a size that is too big', 24, 100_000],
    ['another checksum', 16, 7],
    ['more packed bytes than there are', 20, 100_000],
    ['data outside the file', 42, 4_000_000_000],
  ])('%s is refused', async (_name, offset, value) => {
    await expect(async () => readAll(forged(await written(), offset, value))).rejects.toBeInstanceOf(Malformed);
  });

  it('encryption and unknown methods are refused', async () => {
    const bytes = await written();
    expect(() => readZip(forged(bytes, 8, 1, 2), limits)).toThrow(Malformed);
    expect(() => readZip(forged(bytes, 10, 99, 2), limits)).toThrow(Malformed);
  });

  it('more than the limits is refused before anything is unpacked', async () => {
    const bytes = await written();
    expect(() => readZip(bytes, { ...limits, entries: 2 })).toThrow(Malformed);
    expect(() => readZip(bytes, { ...limits, bytes: 4000 })).toThrow(Malformed);
  });

  it('a bomb that claims to be small is stopped as soon as it has grown to what it claims', async () => {
    const bomb = zipSync({ 'session.json': new Uint8Array(50_000_000) });
    expect(bomb.length).toBeLessThan(100_000);
    await expect(async () => readAll(forged(bomb, 24, 1000))).rejects.toBeInstanceOf(Malformed);
    expect(() => readZip(bomb, limits)).toThrow(Malformed);
  });
});
