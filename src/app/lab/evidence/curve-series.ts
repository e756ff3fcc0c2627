/** Learning curves of one level as the chart draws them: finished, from a link, or still growing; means or single seeds. */
import { m } from '../../../paraglide/messages.js';
import type { Arm } from '../../../science/recipe/schema.ts';
import { armLook } from '../../arms.ts';
import type { CurveSeries } from '../../charts/series.ts';
import { meanCurve, type MeanPoint } from '../../charts/curves.ts';
import type { LiveRun } from '../../state/live.svelte.ts';
import type { FoundCurve } from './findings.ts';

const asData = ({ step, validationAccuracy: value }: FoundCurve) => ({ step, value });

export function curveSeries(
  level: number,
  arms: readonly Arm[],
  curves: readonly FoundCurve[],
  live: readonly LiveRun[],
  isSingle: boolean,
): CurveSeries[] {
  const series: CurveSeries[] = [];
  const look = { isLive: false, isReference: false, isNamed: true, seed: null };
  const add = (one: CurveSeries): void => {
    if (one.points.length > 0) series.push(one);
  };
  const of = (at: number, arm: Arm): readonly FoundCurve[] => curves.filter((curve) => curve.level === at && curve.arm === arm);
  if (level > 0) {
    const points = meanCurve(of(0, 'ticket').map(asData));
    add({ ...look, id: 'dense', arm: null, name: m.app_dense(), colour: 'var(--arm-dense)', points, isReference: true });
  }
  for (const arm of level === 0 ? (['ticket'] as const) : arms) {
    const line = { ...look, arm, name: level === 0 ? m.app_dense() : armLook[arm].name(), colour: armLook[arm].colour };
    const found = of(level, arm);
    if (isSingle)
      found.forEach((curve, index) =>
        add({ ...line, id: `${arm}/${String(curve.seed)}`, seed: curve.seed, points: meanCurve([asData(curve)]), isNamed: index === 0 }),
      );
    else add({ ...line, id: arm, points: meanCurve(found.map(asData)) });
    for (const { run, points } of live) {
      if (run.level !== level || run.arm !== arm) continue;
      // Seeds may train side by side: one name is enough.
      const isNamed = !series.some((other) => other.arm === arm && other.isNamed);
      add({ ...line, id: `${arm}/${run.seed}/live`, seed: run.seed, points: points.map(livePoint), isLive: true, isNamed });
    }
  }
  return series;
}

const livePoint = ({ step, validationAccuracy: mean }: LiveRun['points'][number]): MeanPoint => ({ step, mean, min: mean, max: mean });
