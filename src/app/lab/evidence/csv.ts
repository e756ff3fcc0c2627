/** Results as comma-separated values, one line a run, for spreadsheets and notebooks. Every cell is a number or a word of ours. */
import type { SessionRun } from '../../../sessions/session.ts';

const columns: readonly (readonly [name: string, of: (run: SessionRun) => string | number])[] = [
  ['level', ({ level }) => level],
  ['arm', ({ arm }) => arm],
  ['seed', ({ seed }) => seed],
  ['density', ({ density }) => density],
  ['test_accuracy', ({ metrics }) => metrics.accuracy.test],
  ['validation_accuracy', ({ metrics }) => metrics.accuracy.validation],
  ['train_accuracy', ({ metrics }) => metrics.accuracy.train],
  ['test_loss', ({ metrics }) => metrics.loss.test],
  ['early_stop_step', ({ earlyStop }) => earlyStop.step],
  ['early_stop_test_accuracy', ({ earlyStop }) => earlyStop.metrics.accuracy.test],
  ['steps', ({ steps }) => steps],
  ['train_ms', ({ trainMs }) => trainMs],
  ['fingerprint', ({ fingerprint }) => fingerprint],
];

export const toCsv = (runs: readonly SessionRun[]): string =>
  [columns.map(([name]) => name).join(','), ...runs.map((run) => columns.map(([, of]) => of(run)).join(',')), ''].join('\n');
