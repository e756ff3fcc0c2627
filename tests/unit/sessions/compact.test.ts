import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { decodeOutcome, encodeOutcome } from '../../../src/sessions/compact.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleOutcome } from './sample.ts';

const outcome = sampleOutcome(tinyRecipe(), { seed: 1, arm: 'ticket', level: 3 });
const bytes = await encodeOutcome(outcome);

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
    const odd = structuredClone(outcome);
    odd.final.parameters['dense1/weight'].fill(1);
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
});
