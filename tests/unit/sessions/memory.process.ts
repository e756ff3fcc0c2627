/** A process that reads one file by one reader, and tells what came of it and by how many bytes that raised its peak. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readRecipe } from '../../../src/cli/read.ts';
import { importArchive } from '../../../src/sessions/archive.ts';
import { piecesOf } from '../../../src/sessions/bytes.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { decodeLink } from '../../../src/sessions/link.ts';
import { openSession } from '../../../src/sessions/sealed.ts';
import { decodedPieces } from '../../../src/sessions/text.ts';
import type { Dataset } from '../../../src/tasks/dataset.ts';
import { openPacked } from '../../../src/tasks/inflate.ts';

/** A thousand small images. */
const images = { bytesPerValue: 1, input: { height: 28, width: 28, channels: 1 }, classes: 10 } as Dataset;
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path).buffer);
const textOf = (path: string): string => new TextDecoder().decode(bytesOf(path));

/** Each takes the input into its hands as whoever calls the reader has it, and gives back what reads it. */
const readers = {
  zip: (path: string) => {
    const bytes = bytesOf(path);
    return () => importArchive(bytes, 'a.zip');
  },
  file: (path: string) => {
    const bytes = bytesOf(path);
    return () => openSession(decodedPieces(piecesOf(bytes)), 'a.json');
  },
  stored: (path: string) => {
    const text = textOf(path);
    return () => Promise.resolve(importSession(text, 'a'));
  },
  link: (path: string) => {
    const text = textOf(path);
    return () => decodeLink(text);
  },
  recipe: (path: string) => () => readRecipe(path),
  data: (path: string) => {
    const bytes = bytesOf(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return () => openPacked(images, { path: 'images', bytes: bytes.length, sha256, count: 1000 }, bytes);
  },
} as const;

export type ReaderName = keyof typeof readers;

const [, , name, path] = process.argv;
const read: () => Promise<unknown> = readers[name as ReaderName](path);
globalThis.gc?.();
const before = process.memoryUsage().rss;
const said = await Promise.resolve()
  .then(read)
  .then(
    () => 'opened',
    (error: unknown) => String(error),
  );
console.log(JSON.stringify({ said, bytes: peak() - before }));

/** Of this process alone: what the system tells of a child begins, on Linux, with its parent's. */
function peak(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
