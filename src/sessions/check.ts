/** Checking a link: a run trained again beside what the link says of it. */
import type { EngineIdentity } from '../science/trainer.ts';
import type { RunResult } from '../science/result.ts';
import type { SharedFigures } from './link.ts';

/**
 * What two runs are compared by. Fingerprints tell bits apart and need the same deterministic engine and arithmetic on
 * both sides; otherwise test accuracies are compared, within what chance allows, and `why` says what stood in the way.
 */
export type Basis =
  | { readonly by: 'bits' }
  | { readonly by: 'figures'; readonly why: 'engine'; readonly engine: EngineIdentity }
  | { readonly by: 'figures'; readonly why: 'arithmetic'; readonly there: number; readonly here: number };

/** same, differs: of bits · close, apart: of figures · missing: there is no such run here, since it or what it grows from diverges. */
export type Verdict = 'same' | 'differs' | 'close' | 'apart' | 'missing';

/** What a check must not come to. */
export const isFault = (verdict: Verdict): boolean => verdict !== 'same' && verdict !== 'close';

export function basisOf(there: EngineIdentity, here: EngineIdentity): Basis {
  if (!there.deterministic || there.name !== here.name || there.backend !== here.backend) {
    return { by: 'figures', why: 'engine', engine: there };
  }
  if (there.arithmeticVersion !== here.arithmeticVersion) {
    return { by: 'figures', why: 'arithmetic', there: there.arithmeticVersion, here: here.arithmeticVersion };
  }
  return { by: 'bits' };
}

/** Of the difference of two accuracies, in standard errors: chance alone exceeds it in about 3 of 1 000 runs. */
const STANDARD_ERRORS = 3;

/** How far two test accuracies (0..1) of so many examples may be apart by chance (normal approximation, Agresti & Caffo 2000). */
export function tolerance(one: number, other: number, examples: number): number {
  const share = ((one + other) * examples + 2) / (2 * examples + 4);
  return STANDARD_ERRORS * Math.sqrt((2 * share * (1 - share)) / examples);
}

/** `examples`: how many the test split holds. */
export function checkRun(there: SharedFigures, here: RunResult, examples: number): Verdict {
  if (basisOf(there.engine, here.engine).by === 'bits') return here.fingerprint.startsWith(there.fingerprint) ? 'same' : 'differs';
  const accuracy = here.metrics.accuracy.test;
  return Math.abs(accuracy - there.testAccuracy) <= tolerance(accuracy, there.testAccuracy, examples) ? 'close' : 'apart';
}

/** What several runs come to: the worst of them, or null where there are none. */
export function worst(verdicts: readonly Verdict[]): Verdict | null {
  const order: readonly Verdict[] = ['missing', 'differs', 'apart', 'close', 'same'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? null;
}
