/** What is seen, in a sentence or two. */
import { m } from '../../../../paraglide/messages.js';
import type { Barrier } from '../../../../science/analysis/barrier.ts';
import type { MaskReport } from '../../../../science/analysis/mask-report.ts';
import type { Sharpness } from '../../../../science/analysis/sharpness.ts';
import type { LossSlice } from '../../../../science/analysis/slice.ts';
import type { MissingRun } from '../../../../science/divergence.ts';
import type { RunFigures } from '../../../../science/analysis/summary.ts';
import { pairedToDense, seedsWithout, verdictOf, type LevelVerdict } from '../../../../science/analysis/verdict.ts';
import type { Arm } from '../../../../science/recipe/schema.ts';
import { fixed, integer, keptPercent, percent } from '../../../format.ts';
import type { StageLayer } from '../../stage/layers.ts';
import { meanOf, points } from './tables.ts';

/** Of the earliest step of parting; and from which on siblings stay together, where they do not from the first. */
export function barrierWords(barriers: readonly Barrier[]): string {
  const [first] = barriers;
  const of = { step: integer(first.step), barrier: fixed(100 * first.errorBarrier, 2) };
  if (first.isStable) return m.analysis_barrier_stable(of);
  const lastUnstable = barriers.findLastIndex(({ isStable }) => !isStable);
  const stable = barriers.at(lastUnstable + 1);
  const words = [m.analysis_barrier_unstable(of)];
  if (stable !== undefined) words.push(m.analysis_barrier_from({ step: integer(stable.step) }));
  return words.join(' ');
}

export function masksWords({ rows, collapsed }: MaskReport, layers: readonly StageLayer[]): string {
  const whole = rows[rows.length - 1];
  const names = layers.filter(({ parameter }) => collapsed.includes(parameter)).map(({ name }) => name);
  return m.analysis_masks_sentence({
    signs: percent(whole.signAgreement),
    relative: whole.relativeDistance === null ? fixed(whole.distance, 2) : percent(whole.relativeDistance),
    ways: waysWords(whole.density, whole.effectiveDensity, names),
  });
}

function waysWords(density: number, effective: number | null, collapsed: readonly string[]): string {
  if (collapsed.length > 0) return m.analysis_masks_collapsed({ layers: collapsed.join(', ') });
  if (effective === null) return '';
  if (effective === density) return m.analysis_masks_all_ways();
  return m.analysis_masks_lost_ways({ kept: keptPercent(density), effective: keptPercent(effective) });
}

const verdictWords: Readonly<Record<LevelVerdict, (of: { seeds: number; difference: string }) => string>> = {
  winning: m.analysis_seeds_winning,
  matching: m.analysis_seeds_matching,
  losing: m.analysis_seeds_losing,
};

/** `missing`: runs of the branch that diverged or were left out; the seeds that the verdict lacks for them are named. */
export function seedsWords(figures: readonly RunFigures[], arm: Arm, level: number, missing: readonly MissingRun[] = []): string {
  if (level === 0) return m.analysis_seeds_dense();
  const pairs = pairedToDense(figures, arm, level);
  const verdict = verdictOf(figures, arm, level);
  const words =
    verdict === null
      ? m.analysis_seeds_few({ seeds: pairs.length })
      : verdictWords[verdict]({ seeds: pairs.length, difference: points(meanOf(pairs.map(({ accuracy }) => accuracy))) });
  const lost = seedsWithout(missing, arm, level);
  return lost.length === 0 ? words : `${words} ${m.analysis_seeds_lost({ seeds: lost.join(', ') })}`;
}

/** Of a slice: its middle, the mean of its edge and its highest point. */
export function sliceFigures({ at, loss }: LossSlice): { readonly middle: string; readonly edge: string; readonly highest: string } {
  const side = at.length;
  const isEdge = (index: number): boolean => [0, side - 1].includes(index % side) || [0, side - 1].includes(Math.floor(index / side));
  const known = (value: number | null): value is number => value !== null;
  const words = (value: number): string => fixed(value, 3);
  return {
    middle: words(loss[(loss.length - 1) / 2] ?? NaN),
    edge: words(meanOf(loss.filter((_, index) => isEdge(index)).filter(known))),
    highest: words(Math.max(...loss.filter(known))),
  };
}

/** Half the curvature times the square of the step. */
export function sharpnessWords({ eigenvalue, iterations, isSettled }: Sharpness): string {
  const sentence = m.analysis_sharpness_sentence({ eigenvalue: fixed(eigenvalue, 2), rise: fixed((eigenvalue * 0.1 * 0.1) / 2, 3) });
  return isSettled ? sentence : `${sentence} ${m.analysis_sharpness_unsettled({ iterations })}`;
}
