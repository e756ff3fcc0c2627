/** The learning rate of every position. */
import { cos, PI, pow } from '../numerics/elementary.ts';
import type { RateSchedule, Recipe } from './recipe/schema.ts';

type Training = Recipe['training'];

/** Share of the base rate that a schedule leaves at a position, warm-up apart. */
function share(schedule: RateSchedule, position: number, steps: number): number {
  switch (schedule.type) {
    case 'constant':
      return 1;
    case 'step':
      return pow(schedule.factor, schedule.milestones.filter((milestone) => milestone <= position).length);
    case 'cosine': {
      // Loshchilov & Hutter 2017: half a cosine from the end of warm-up to the last step, no restarts.
      const done = Math.max(0, position - schedule.warmup) / Math.max(1, steps - schedule.warmup);
      return (1 + cos(PI * done)) / 2;
    }
  }
}

/** Learning rate of the step at `position` (0..steps−1). Warm-up rises by equal parts and is complete at step `warmup`. */
export function rateAt({ optimizer, schedule, steps }: Training, position: number): number {
  const warm = position < schedule.warmup ? (position + 1) / schedule.warmup : 1;
  return optimizer.learningRate * warm * share(schedule, position, steps);
}

/** The learning rates of a rewound run: the schedule taken up where it rewinds to, or its last rate throughout. */
export function rateFor(rewound: Recipe['rewind']['schedule'], training: Training): (position: number) => number {
  if (rewound !== 'final-rate') return (position) => rateAt(training, position);
  const last = rateAt(training, training.steps - 1);
  return () => last;
}
