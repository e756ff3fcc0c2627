/** The table's columns and rows: of every level and arm, or of every run; each column can be sorted by. */
import { m } from '../../../paraglide/messages.js';
import type { Arm } from '../../../science/recipe/schema.ts';
import { summarise } from '../../../science/analysis/summary.ts';
import { armLook } from '../../arms.ts';
import { accuracy, fixed, integer, kept } from '../../format.ts';
import type { Finding } from './findings.ts';

export interface Cell {
  readonly text: string;
  /** What it is sorted by. */
  readonly value: number | string;
}

export interface Row {
  readonly id: string;
  readonly level: number;
  readonly arm: Arm;
  /** Null: all of them. */
  readonly seed: number | null;
  readonly cells: readonly Cell[];
}

export interface Table {
  /** The first is the level's, the third the arm's. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

const number = (value: number | null, words: (value: number) => string): Cell =>
  value === null ? { text: '–', value: -Infinity } : { text: words(value), value };
const word = (text: string): Cell => ({ text, value: text });
const percent = (value: number): string => accuracy(value);
const seconds = (ms: number): string => fixed(ms / 1000, 1);
const armName = (level: number, arm: Arm): string => (level === 0 ? m.app_dense() : armLook[arm].name());

export function meansTable(findings: readonly Finding[]): Table {
  const meanOf = (level: number, arm: Arm, valueOf: (finding: Finding) => number | null): number | null => {
    const known = findings.filter((one) => one.level === level && one.arm === arm).flatMap((one) => valueOf(one) ?? []);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    columns: [
      m.evidence_column_level(),
      m.evidence_column_kept(),
      m.evidence_column_arm(),
      m.evidence_column_test(),
      m.evidence_column_range(),
      m.evidence_column_stop(),
      m.evidence_column_there(),
      m.analysis_column_initial(),
      m.evidence_column_seconds(),
      m.evidence_column_seeds(),
    ],
    rows: summarise(findings).map(({ level, arm, density, testAccuracy, earlyStopStep, earlyStopTestAccuracy }) => ({
      id: `${arm}/${level}`,
      level,
      arm,
      seed: null,
      cells: [
        number(level, String),
        number(density.mean, kept),
        word(armName(level, arm)),
        number(testAccuracy.mean, percent),
        {
          text: m.evidence_range({ from: percent(testAccuracy.min), to: percent(testAccuracy.max) }),
          value: testAccuracy.max - testAccuracy.min,
        },
        number(earlyStopStep.mean, integer),
        number(earlyStopTestAccuracy.mean, percent),
        number(
          meanOf(level, arm, ({ initialTestAccuracy }) => initialTestAccuracy),
          percent,
        ),
        number(
          meanOf(level, arm, ({ trainMs }) => trainMs),
          seconds,
        ),
        number(testAccuracy.count, String),
      ],
    })),
  };
}

export const runsTable = (findings: readonly Finding[]): Table => ({
  columns: [
    m.evidence_column_level(),
    m.evidence_column_kept(),
    m.evidence_column_arm(),
    m.evidence_column_seed(),
    m.evidence_column_test(),
    m.evidence_column_stop(),
    m.evidence_column_there(),
    m.analysis_column_initial(),
    m.evidence_column_validation(),
    m.evidence_column_train(),
    m.evidence_column_seconds(),
    m.evidence_column_fingerprint(),
  ],
  rows: [...findings]
    .sort((a, b) => a.level - b.level)
    .map((run) => ({
      id: `${run.seed}/${run.arm}/${run.level}`,
      level: run.level,
      arm: run.arm,
      seed: run.seed,
      cells: [
        number(run.level, String),
        number(run.density, kept),
        word(armName(run.level, run.arm)),
        number(run.seed, String),
        number(run.testAccuracy, percent),
        number(run.earlyStop.step, integer),
        number(run.earlyStop.testAccuracy, percent),
        number(run.initialTestAccuracy, percent),
        number(run.validationAccuracy, percent),
        number(run.trainAccuracy, percent),
        number(run.trainMs, seconds),
        word(run.fingerprint.slice(0, 8)),
      ],
    })),
});

export interface Sorting {
  readonly column: number;
  readonly isDescending: boolean;
}

/** Rows in a column's order; equal ones stay in the order they had. */
export function sorted(rows: readonly Row[], { column, isDescending }: Sorting): Row[] {
  const order = (a: Row, b: Row): number => {
    const [one, other] = [a.cells[column].value, b.cells[column].value];
    if (typeof one === 'string' || typeof other === 'string') return String(one).localeCompare(String(other));
    return one === other ? 0 : one < other ? -1 : 1;
  };
  return [...rows].sort((a, b) => (isDescending ? order(b, a) : order(a, b)));
}
