import { expect, it } from 'vitest';
import { curveSeries } from '../../../../src/app/lab/evidence/curve-series.ts';
import type { LiveRun } from '../../../../src/app/state/live.svelte.ts';

const point = { step: 100, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.9, testAccuracy: 0.9 };
const live = (seed: number, arm: 'ticket' | 'reinit', points = [point]): LiveRun =>
  ({ run: { seed, arm, level: 1 }, points }) as unknown as LiveRun;

it('names each arm once, however many of its seeds train side by side', () => {
  const training = [live(1, 'ticket', []), live(2, 'ticket'), live(3, 'ticket'), live(1, 'reinit'), live(2, 'reinit')];
  const series = curveSeries(1, ['ticket', 'reinit'], [], training, false);
  expect(series.map(({ arm, seed, isNamed }) => `${arm} ${seed} ${isNamed}`)).toEqual([
    'ticket 2 true',
    'ticket 3 false',
    'reinit 1 true',
    'reinit 2 false',
  ]);
});
