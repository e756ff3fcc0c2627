/** A test that a reader holds against as many cases as CI has time for; `npm run fuzz` tries a million. */
import { expect, it } from 'vitest';
import { failureText, fuzz, type Reader } from './fuzz.ts';

/** Always the same cases, so that nobody's change is blamed for an older fault. */
const SEED = 12;
const CASES = 10_000;

export function expectHeld(reader: Reader, cases = CASES): void {
  it(`${reader.name}: a valid value or a refusal that names what is at fault, in ${cases} cases`, { timeout: 600_000 }, async () => {
    const { accepted, refused, failures } = await fuzz(reader, { seed: SEED, from: 0, count: cases });
    expect(failures.map((failure) => failureText(reader, SEED, failure)).join('\n')).toBe('');
    expect(accepted + refused).toBe(cases);
    // Both happen often, else the cases would try only one of two ways.
    expect(Math.min(accepted, refused)).toBeGreaterThan(cases / 100);
  });
}
