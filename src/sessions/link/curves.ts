/**
 * Learning curves in a link: validation accuracy at eight evaluations of each run, denser early on where curves bend,
 * to the nearest 0.05 points; of every run, or as means over the seeds of each arm and level.
 */
import { firstPosition } from '../../science/draw.ts';
import { ownersOf, type Plan } from '../../science/plan.ts';
import type { Arm, Recipe } from '../../science/recipe/schema.ts';
import type { Curve, RunId } from '../../science/result.ts';
import { ByteReader, ByteWriter, Malformed } from '../bytes.ts';
import type { SessionRun } from '../session.ts';
import { Forecast } from './forecast.ts';
import { RangeReader, RangeWriter, type BitCoder } from './range.ts';

export const CURVE_POINTS = 8;
/** Values are whole multiples of 1 / this: an error of at most 0.00025, 0.025 points. */
export const CURVE_SCALE = 2_000;

/** Of every run, or their mean over seeds. */
export type CurveGrain = 'run' | 'mean';
const grains: readonly CurveGrain[] = ['mean', 'run'];

export interface SharedCurve {
  readonly arm: Arm;
  readonly level: number;
  /** Null: the mean over all seeds in the link. */
  readonly seed: number | null;
  readonly step: readonly number[];
  /** 0..1 */
  readonly validationAccuracy: readonly number[];
}

/** Whose curve one is: the run's, or where it is a mean, the first of the runs it is over. */
interface Series {
  readonly run: RunId;
  readonly members: readonly RunId[];
}

/** The evaluations of a run, whose level this recipe governs, that a link keeps: the first, the last and some between, by the square of their place. */
export function curveSteps(recipe: Recipe, { arm, level }: RunId): number[] {
  const { steps, evaluateEvery } = recipe.training;
  const start = level === 0 || arm === 'reinit' ? 0 : firstPosition(recipe);
  const first = Math.floor(start / evaluateEvery) + 1;
  const count = Math.ceil(steps / evaluateEvery) - first + 1;
  const kept: number[] = [];
  for (let point = 0; point < Math.min(CURVE_POINTS, count); point++) {
    const share = point / (CURVE_POINTS - 1);
    const place =
      count <= CURVE_POINTS ? point : Math.max(kept.length === 0 ? 0 : kept[point - 1] + 1, Math.round(share * share * (count - 1)));
    kept.push(place);
  }
  return kept.map((place) => Math.min(steps, (first + place) * evaluateEvery));
}

/** The curve at a step, on the straight line between its neighbours; its ends go on level. */
export function valueAt({ step, validationAccuracy: value }: Curve, at: number): number {
  const next = step.findIndex((known) => known >= at);
  if (next === -1) return value[value.length - 1];
  if (next === 0 || step[next] === at) return value[next];
  const share = (at - step[next - 1]) / (step[next] - step[next - 1]);
  return value[next - 1] + share * (value[next] - value[next - 1]);
}

export function writeCurves(plan: Plan, runs: readonly SessionRun[], grain: CurveGrain): Uint8Array {
  const curves = new Map(runs.map((run) => [nameOf(run), run.curve]));
  const writer = new ByteWriter();
  writer.varint(grains.indexOf(grain));
  const coder = new RangeWriter();
  codeCurves(coder, plan, seriesOf(runs, grain), (members, step) => {
    const values = members.flatMap((run) => {
      const curve = curves.get(nameOf(run));
      return curve === undefined || curve.step.length === 0 ? [] : valueAt(curve, step);
    });
    return values.length === 0 ? 0 : Math.round((CURVE_SCALE * values.reduce((sum, value) => sum + value, 0)) / values.length);
  });
  writer.raw(coder.done());
  return writer.done();
}

/** `runs`: those that the link holds. */
export function readCurves(plan: Plan, runs: readonly RunId[], bytes: Uint8Array): SharedCurve[] {
  const reader = new ByteReader(bytes);
  const grain = grains.at(reader.varint());
  if (grain === undefined) throw new Malformed();
  const series = seriesOf(runs, grain);
  const owners = ownersOf(plan);
  return codeCurves(new RangeReader(reader.rest()), plan, series, () => 0).map((values, index) => {
    const { arm, level, seed } = series[index].run;
    return {
      arm,
      level,
      seed: grain === 'run' ? seed : null,
      step: curveSteps(owners[level].recipe, series[index].run),
      validationAccuracy: values.map((value) => value / CURVE_SCALE),
    };
  });
}

const nameOf = ({ seed, arm, level }: RunId): string => `${seed}/${arm}/${level}`;

function seriesOf(runs: readonly RunId[], grain: CurveGrain): Series[] {
  if (grain === 'run') return runs.map((run) => ({ run, members: [run] }));
  const groups = new Map<string, RunId[]>();
  for (const run of runs) {
    const key = `${run.arm}/${run.level}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [run]);
    else members.push(run);
  }
  return [...groups.values()].map((members) => ({ run: members[0], members }));
}

/** Writes what `valueOf` says, or reads. */
function codeCurves(
  coder: BitCoder,
  plan: Plan,
  series: readonly Series[],
  valueOf: (members: readonly RunId[], step: number) => number,
): number[][] {
  const points = Array.from({ length: CURVE_POINTS }, () => new Forecast(CURVE_SCALE, Math.round(0.9 * CURVE_SCALE)));
  const owners = ownersOf(plan);
  return series.map(({ run, members }) =>
    curveSteps(owners[run.level].recipe, run).map((step, point) => points[point].code(coder, run, valueOf(members, step))),
  );
}
