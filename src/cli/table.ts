/** What a run of the command line found, for people: a row a level and arm, and what there is no result of. */
import { m } from '../paraglide/messages.js';
import { figuresOf, summarise } from '../science/analysis/summary.ts';
import { isSelf, missingOf, type MissingRun } from '../science/divergence.ts';
import { runsOf } from '../science/experiment.ts';
import type { Arm } from '../science/recipe/schema.ts';
import { findRun, marksAlong, planOfBranch, runsAlong, TRUNK, type Session } from '../sessions/session.ts';

const percent = (share: number): string => (100 * share).toFixed(2);

/** Level by level, the mean test accuracy of every arm over the seeds that came to their end; then what did not. */
export function resultText(session: Session): string {
  const plan = planOfBranch(session, TRUNK);
  const left = runsOf(plan).filter((run) => findRun(session, TRUNK, run) === undefined);
  const missing = missingOf(plan, left, marksAlong(session, TRUNK));
  const seedsOf = (level: number, arm: Arm, count: number): string => {
    const lost = missing.filter(({ run }) => run.level === level && run.arm === arm).length;
    return lost === 0 ? String(count) : m.cli_seeds_of({ count, all: count + lost });
  };
  const rows = summarise(runsAlong(session, TRUNK).map(figuresOf)).map(({ level, density, arm, testAccuracy, earlyStopStep }) => [
    String(level),
    percent(density.mean),
    arm,
    percent(testAccuracy.mean),
    `${percent(testAccuracy.min)}–${percent(testAccuracy.max)}`,
    earlyStopStep.mean.toFixed(0),
    seedsOf(level, arm, testAccuracy.count),
  ]);
  const header = [
    m.cli_col_level(),
    m.cli_col_kept(),
    m.cli_col_arm(),
    m.cli_col_accuracy(),
    m.cli_col_range(),
    m.cli_col_early_stop(),
    m.cli_col_seeds(),
  ];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const table = [header, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  return [...table, ...missing.map(fateOf)].join('\n');
}

function fateOf({ run, cause }: MissingRun): string {
  const { step } = cause;
  return isSelf(run, cause) ? m.cli_diverged({ ...run, step }) : m.cli_left_out({ ...run, from: cause.level, of: cause.seed, step });
}
