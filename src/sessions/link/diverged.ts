/** Runs that diverged, in a link: which they are, and at which step. */
import type { Mark } from '../../science/divergence.ts';
import { arms, MAX_LEVELS, MAX_STEPS } from '../../science/recipe/schema.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';
import { expectFewRuns } from './shared.ts';

export function writeDiverged(marks: readonly Mark[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { seed, arm, level, step, isSource } of marks) {
    writer.varint(2 * arms.indexOf(arm) + (isSource === true ? 1 : 0));
    for (const number of [level, seed, step]) writer.varint(number);
  }
  return writer.done();
}

export function readDiverged(bytes: Uint8Array): Mark[] {
  const reader = new ByteReader(bytes);
  const marks: Mark[] = [];
  while (!reader.isAtEnd) {
    const kind = reader.varint();
    const [level, seed, step] = [reader.varint(), reader.varint(), reader.varint()];
    const arm = arms.at(Math.floor(kind / 2));
    if (arm === undefined || level > MAX_LEVELS || seed >= 2 ** 31 || step > MAX_STEPS) throw new Malformed();
    // Each stands in for a run.
    expectFewRuns(marks.length + 1);
    marks.push({ seed, arm, level, step, ...(kind % 2 === 1 ? { isSource: true } : {}) });
  }
  return marks;
}
