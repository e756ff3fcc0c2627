/** Learning curves of several seeds as one: their mean and range at the steps that all of them have. */

export interface CurveData {
  readonly step: readonly number[];
  readonly value: readonly number[];
}

export interface MeanPoint {
  readonly step: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export function meanCurve(curves: readonly CurveData[]): MeanPoint[] {
  if (curves.length === 0) return [];
  const rest = curves.slice(1).map(({ step, value }) => new Map(step.map((at, index) => [at, value[index]])));
  return curves[0].step.flatMap((step, index) => {
    const values = [curves[0].value[index]];
    for (const curve of rest) {
      const value = curve.get(step);
      if (value === undefined) return [];
      values.push(value);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { step, mean, min: Math.min(...values), max: Math.max(...values) };
  });
}
