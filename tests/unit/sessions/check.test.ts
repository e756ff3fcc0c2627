import { describe, expect, it } from 'vitest';
import { basisOf, checkRun, tolerance, worst } from '../../../src/sessions/check.ts';
import { decodeLink, packLink } from '../../../src/sessions/link.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from './sample.ts';

const session = sampleSession(tinyRecipe());
const here = session.runs[3];
const { engine } = here;
const gpu = { name: 'tfjs', backend: 'webgpu', arithmeticVersion: 1, deterministic: false } as const;

const packed = await packLink(session, 8_000, { find: () => Promise.resolve(null) });
const shared = await decodeLink(packed.hash ?? '');
const found = shared.figures.find(({ arm, level }) => arm === here.arm && level === here.level);
if (found === undefined) throw new Error('the link holds every run');
const there = found;

describe('a check', () => {
  it('of the same engine compares fingerprints, whatever the figures', () => {
    expect(basisOf(there.engine, engine)).toEqual({ by: 'bits' });
    expect(checkRun(there, here, 100)).toBe('same');
    expect(checkRun(there, { ...here, fingerprint: `0${here.fingerprint.slice(1)}` }, 100)).toBe(
      here.fingerprint.startsWith('0') ? 'same' : 'differs',
    );
    const flipped = here.fingerprint.slice(0, 7) + (here.fingerprint[7] === '0' ? '1' : '0') + here.fingerprint.slice(8);
    expect(checkRun(there, { ...here, fingerprint: flipped }, 100)).toBe('differs');
  });

  it.each([
    ['another engine on the same backend', { name: 'webgpu' as const }],
    ['another backend', { backend: 'other' }],
    ['an engine that does not repeat itself', { deterministic: false }],
  ])('of %s never claims to compare bits', (_what, change) => {
    const other = { ...engine, ...change };
    expect(basisOf(other, engine)).toEqual({ by: 'figures', why: 'engine', engine: other });
    const flipped = { ...here, fingerprint: here.fingerprint.replace(/./g, 'f') };
    expect(checkRun({ ...there, engine: other }, flipped, 100)).toBe('close');
  });

  it('of another engine or arithmetic compares figures within what chance allows, and says why', () => {
    expect(basisOf(gpu, engine)).toMatchObject({ by: 'figures', why: 'engine', engine: gpu });
    expect(basisOf({ ...engine, arithmeticVersion: 9 }, engine)).toEqual({ by: 'figures', why: 'arithmetic', there: 9, here: 1 });
    const far = { ...there, engine: gpu, testAccuracy: 0.2 };
    expect(checkRun({ ...there, engine: gpu }, here, 100)).toBe('close');
    expect(checkRun(far, here, 100)).toBe('apart');
    // As far below as above.
    expect(checkRun({ ...far, testAccuracy: 2 * here.metrics.accuracy.test - 0.2 }, here, 100)).toBe('apart');
  });

  it('allows less the more test examples there are, and never nothing', () => {
    expect(tolerance(0.98, 0.98, 10_000)).toBeCloseTo(3 * Math.sqrt((2 * 0.98 * 0.02) / 10_000), 3);
    expect(tolerance(0.98, 0.98, 300)).toBeGreaterThan(0.03);
    expect(tolerance(1, 1, 300)).toBeGreaterThan(0);
  });

  it('comes to its worst run', () => {
    expect(worst([])).toBeNull();
    expect(worst(['same', 'same'])).toBe('same');
    expect(worst(['same', 'close'])).toBe('close');
    expect(worst(['same', 'differs', 'apart'])).toBe('differs');
  });
});
