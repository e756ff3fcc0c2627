/**
 * What reading costs in memory, measured in a process of its own for each input. The cap is what a session's text may be
 * (`most.textBytes`): a reader takes less than twice that on top of a process that holds the input as it was handed over.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { gzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LINK_CHARACTERS, most } from '../../../src/sessions/limits.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { toBase64Url } from '../../../src/sessions/base64.ts';
import { deflate } from '../../../src/sessions/deflate.ts';
import { joinSections, kinds } from '../../../src/sessions/link/container.ts';
import { ByteWriter } from '../../../src/sessions/bytes.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import type { ReaderName } from './memory.process.ts';
import { sampleSession } from './sample.ts';
import { sessionText } from '../../../src/sessions/file.ts';
import { textBytes } from '../../../src/sessions/room.ts';

const MB = 2 ** 20;
const CAP = most.textBytes;
const LIMIT = 2 * CAP;

let folder = '';
/** Made into plain JavaScript once: a process then begins in a moment, and small. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-memory-'));
  const entry = fileURLToPath(new URL('memory.process.ts', import.meta.url));
  await build({ configFile: false, logLevel: 'error', ssr: { noExternal: true }, build: { ssr: entry, outDir: folder, minify: false } });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** By how many bytes reading raised the process's peak, and what it ended with. */
async function measured(reader: ReaderName, input: Uint8Array): Promise<{ said: string; bytes: number }> {
  const path = join(folder, 'input');
  await writeFile(path, input);
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(folder, 'memory.process.js'), reader, path]);
  return JSON.parse(stdout) as { said: string; bytes: number };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file that begins as a session does, with one part again and again up to the cap. */
function filledWith(part: string | ((index: number) => string), ending = '0]}'): string {
  const begin = '{"format":"lottery-ticket-session","version":1,"runs":[';
  const room = CAP - begin.length - 64;
  if (typeof part === 'string') return begin + part.repeat(Math.floor(room / part.length)) + ending;
  // Where no part is like another, far fewer are too many.
  const parts = [begin];
  for (let length = 0, index = 0; length < room / 8; index++) length += parts[parts.push(part(index)) - 1].length;
  return parts.join('') + ending;
}

/** Twelve fields, each time in another order. */
const shuffled = (index: number): string => {
  const names = Array.from({ length: 12 }, (_, at) => `"${at}x":1`);
  const order: string[] = [];
  for (let rest = index; names.length > 0; rest = Math.floor(rest / 12)) order.push(...names.splice(rest % names.length, 1));
  return `{${order.join()}},`;
};

/** Each of another kind: how much memory a value takes depends on what it lies in. `pieces.test.ts` counts many more. */
const hostile: Readonly<Record<string, () => string>> = {
  'objects of nothing': () => filledWith('{},'),
  'short words': () => filledWith((index) => `"${index.toString(36)}",`),
  'one object of ever other names': () => filledWith((index) => `"${index.toString(36)}":1,`, '"":1}]}').replace('[', '[{'),
  'fields in ever another order': () => filledWith(shuffled),
  'one long word of wide characters': () => filledWith('x', '数"]}').replace('[', '["'),
  'white space': () => filledWith(' '),
};

/** With as many runs of so many points as there is room for. */
function largestOf(points: number): Session {
  const session = sampleSession(tinyRecipe({ name: 'Tiny', arms: ['ticket'], pruning: { levels: 1 } }));
  const [, run] = session.runs;
  const column = (digits: number): number[] => Array.from({ length: points }, (_, at) => Number((1 / (at + 3)).toFixed(digits)));
  const curve = {
    step: Array.from({ length: points }, (_, at) => at),
    trainLoss: column(18),
    validationLoss: column(18),
    validationAccuracy: column(4),
    testAccuracy: column(4),
  };
  const hash = (at: number): string => at.toString(16).padStart(64, '5a');
  const count = Math.floor(most.textBytes / textBytes({ runs: [{ ...run, curve }] }));
  const runs = Array.from({ length: count }, (_, at) => ({ ...run, curve, seed: at, key: hash(at), fingerprint: hash(at + 1) }));
  return { ...session, runs };
}

/** Readers that share one way of reading are tried with all of it once, and with what costs most each. */
const inputsOf = (kind: string, text: string): readonly (readonly [ReaderName, Uint8Array])[] => {
  const bytes = utf8(text);
  const zip = ['zip', zipSync({ 'session.json': [bytes, { level: 1 }] })] as const;
  return kind === 'short words' ? [zip, ['file', bytes], ['stored', bytes]] : [zip];
};

describe('what would fill the memory', () => {
  it.each(Object.keys(hostile))(
    'is refused: %s',
    async (kind) => {
      for (const [reader, bytes] of inputsOf(kind, hostile[kind]())) {
        const found = await measured(reader, bytes);
        expect(found.said, reader).toMatch(/^LabError: .*more than any session of the lab/);
        expect(found.bytes, reader).toBeLessThan(LIMIT);
      }
    },
    120_000,
  );

  it('by unpacking is refused: a gigabyte of a zip, a link and packed data', async () => {
    const zeros = new Uint8Array(200 * MB);
    const zip = zipSync({ 'session.json': [zeros, { level: 1 }] });
    // It says that it is a session's length.
    const claimed = zip.slice();
    const directory = new DataView(claimed.buffer).getUint32(claimed.length - 6, true);
    new DataView(claimed.buffer).setUint32(directory + 24, CAP - 1, true);
    const link = `s2.${toBase64Url(joinSections(new Map([[kinds.recipe, await deflate(zeros)]])))}`;
    const inputs = [
      ['zip', zip],
      ['zip', claimed],
      ['link', utf8(link)],
      ['data', gzipSync(zeros, { level: 1 })],
    ] as const;
    for (const [reader, bytes] of inputs) {
      const found = await measured(reader, bytes);
      expect(found.said, reader).toMatch(/^LabError: /);
      expect(found.bytes, reader).toBeLessThan(LIMIT);
    }
  }, 120_000);

  it('in a recipe is refused before it is read', async () => {
    const found = await measured('recipe', utf8(filledWith('1,')));
    expect(found.said).toMatch(/^LabError: /);
    expect(found.bytes).toBeLessThan(CAP);
  });

  it('in the texts of a link costs little: those have a limit of their own', async () => {
    for (const part of ['[],', '{},', '"a",']) {
      const writer = new ByteWriter();
      writer.text('Tiny');
      writer.text(`{"task":[${part.repeat(990_000 / part.length)}0]}`);
      const link = `s2.${toBase64Url(joinSections(new Map([[kinds.recipe, await deflate(writer.done())]])))}`;
      expect(link.length).toBeLessThan(MAX_LINK_CHARACTERS);
      const found = await measured('link', utf8(link));
      expect(found.said).toMatch(/^LabError: /);
      expect(found.bytes).toBeLessThan(LIMIT);
    }
  }, 60_000);
});

describe('the largest sessions that the lab says there is room for', () => {
  it.each([
    ['from a zip, with long curves', 'zip', 60_000],
    ['from the storage, with as many runs as there is room for', 'stored', 4],
  ] as const)(
    'open: %s',
    async (_, reader, points) => {
      const session = largestOf(points);
      const text = utf8(reader === 'zip' ? exportSession(session) : sessionText(session));
      expect(text.length).toBeGreaterThan(0.5 * CAP);
      const found = await measured(reader, reader === 'zip' ? zipSync({ 'session.json': [text, { level: 1 }] }) : text);
      expect(found.said).toBe('opened');
      expect(found.bytes).toBeLessThan(LIMIT);
    },
    240_000,
  );
});
