import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { ByteReader, ByteWriter } from '../../../src/sessions/bytes.ts';
import { decodeOutcome, encodeOutcome } from '../../../src/sessions/compact.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { honest, honestOutcome } from './sample.ts';

const recipe = tinyRecipe();
const outcome = honestOutcome(recipe, { seed: 1, arm: 'ticket', level: 3 });
const bytes = await encodeOutcome(outcome);

interface Header {
  readonly mask: { name: string; size: number }[];
  readonly snapshots: unknown[];
}

/** The outcome with its header changed, more bytes put in after it, and its checksum right again. */
function withHeader(change: (header: Header) => unknown, more = new Uint8Array()): Uint8Array {
  const reader = new ByteReader(bytes.subarray(5, bytes.length - 32));
  const header = JSON.parse(reader.text()) as Header;
  change(header);
  const writer = new ByteWriter();
  writer.raw(bytes.subarray(0, 5));
  writer.text(JSON.stringify(header));
  writer.raw(more);
  writer.raw(reader.rest());
  const body = writer.done();
  writer.raw(sha256(body));
  return writer.done();
}

describe('outcomes as bytes', () => {
  it('come back exactly', async () => {
    expect(await decodeOutcome(bytes, 'run')).toEqual(outcome);
  });

  it('hold of prunable weights the kept ones only', () => {
    const weights = 64 * 12 + 12 * 8 + 8 * 10;
    const kept = Object.values(outcome.final.parameters).reduce((sum, values) => sum + values.filter((value) => value !== 0).length, 0);
    const header = JSON.stringify(outcome.result).length;
    expect(kept).toBeLessThan(0.6 * weights);
    // The final weights compactly, the kept snapshot in full, biases, mask bits and the header.
    expect(bytes.length - header).toBeLessThan(4 * (kept + 30 + weights + 30) + weights / 8 + 1500);
  });

  it('keep values that the mask says are absent, when there are any', async () => {
    const changed = structuredClone(outcome);
    changed.final.parameters['dense1/weight'].fill(1);
    const odd = honest(recipe, changed);
    expect(await decodeOutcome(await encodeOutcome(odd), 'run')).toEqual(odd);
  });

  it('of which a byte changed, or the end is missing, are refused by name', async () => {
    for (let at = 0; at < bytes.length; at += 997) {
      const broken = bytes.slice();
      broken[at] ^= 4;
      await expect(decodeOutcome(broken, 'run')).rejects.toThrow(LabError);
    }
    for (const length of [0, 3, 40, bytes.length - 1])
      await expect(decodeOutcome(bytes.slice(0, length), 'run 7')).rejects.toThrow(/run 7/);
  });

  it('whose weights or mask are not those of their result are refused by name', async () => {
    const weights = structuredClone(outcome);
    weights.final.parameters['dense1/weight'][outcome.final.parameters['dense1/weight'].findIndex((value) => value !== 0)] *= 1.5;
    const denser = { ...outcome, result: { ...outcome.result, density: outcome.result.density / 2 } };
    for (const invented of [weights, denser])
      await expect(decodeOutcome(await encodeOutcome(invented), 'run 7')).rejects.toThrow(/run 7.*fingerprint/);
  });

  it('whose last mask has more bits than a signed number counts are refused by name', async () => {
    await expect(
      decodeOutcome(
        withHeader(({ mask }) => (mask[2].size = 2 ** 31)),
        'run 7',
      ),
    ).rejects.toThrow(/run 7.*end too early/);
  });

  it('that promise more values than any network has are refused, though the file is small: none of them is kept', async () => {
    const size = 2 ** 23;
    const hollow = { position: 1, parameters: [{ name: 'hollow', size, coding: 'kept' }], buffers: [] };
    const change = ({ mask, snapshots }: Header): void => {
      mask.unshift({ name: 'hollow', size });
      for (let copies = 0; copies < 33; copies++) snapshots.push(hollow);
    };
    await expect(decodeOutcome(withHeader(change, new Uint8Array(size / 8)), 'run 7')).rejects.toThrow(/run 7.*end too early/);
  });

  it('have a fingerprint that does not tell −0 from +0, as when they were trained', async () => {
    const signed = structuredClone(outcome);
    for (const values of Object.values(signed.final.parameters))
      values.forEach((value, index) => (values[index] = value === 0 ? -0 : value));
    expect((await decodeOutcome(await encodeOutcome(signed), 'run')).result).toEqual(outcome.result);
  });
});
