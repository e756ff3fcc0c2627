/** The table's columns and rows: of every level and arm, or of every run; each column can be sorted by. */
import { m } from '../../../paraglide/messages.js';
import { isSelf, type MissingRun } from '../../../science/divergence.ts';
import type { Arm } from '../../../science/recipe/schema.ts';
import { groupBy } from '../../../science/group.ts';
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

/** Put in words when it is shown: of thousands of rows few are. */
const number = (value: number | null, words: (value: number) => string): Cell =>
  value === null
    ? { text: '–', value: -Infinity }
    : {
        value,
        get text() {
          return words(value);
        },
      };
const word = (text: string): Cell => ({ text, value: text });
const percent = (value: number): string => accuracy(value);
const seconds = (ms: number): string => fixed(ms / 1000, 1);
const armName = (level: number, arm: Arm): string => (level === 0 ? m.app_dense() : armLook[arm].name());

/** Of a run without a result: that it diverged and where, or was left out. */
const fateOf = ({ run, cause }: MissingRun): string =>
  isSelf(run, cause) ? m.evidence_diverged_at({ step: integer(cause.step) }) : m.evidence_left_out();

/** Of an arm at a level of which there is no result. */
const NOTHING: Cell = number(null, String);

export function meansTable(findings: readonly Finding[], missing: readonly MissingRun[] = []): Table {
  const lost = (level: number, arm: Arm): number => missing.filter(({ run }) => run.level === level && run.arm === arm).length;
  const seeds = (count: number, lost: number): Cell => ({
    text: lost === 0 ? String(count) : m.evidence_seeds_of({ count, all: count + lost }),
    value: count,
  });
  const known = new Set(findings.map(({ level, arm }) => `${arm}/${level}`));
  const blank = new Map(missing.map(({ run }) => [`${run.arm}/${run.level}`, run]));
  const groups = groupBy(findings, ({ level, arm }) => `${arm}/${level}`);
  const meanOf = (level: number, arm: Arm, valueOf: (finding: Finding) => number | null): number | null => {
    const known = (groups.get(`${arm}/${level}`) ?? []).flatMap((one) => valueOf(one) ?? []);
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
    rows: [
      ...summarise(findings).map(({ level, arm, density, testAccuracy, earlyStopStep, earlyStopTestAccuracy }) => ({
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
          seeds(testAccuracy.count, lost(level, arm)),
        ],
      })),
      ...[...blank]
        .filter(([id]) => !known.has(id))
        .map(([id, { level, arm }]) => ({
          id,
          level,
          arm,
          seed: null,
          cells: [
            number(level, String),
            NOTHING,
            word(armName(level, arm)),
            { ...word(m.evidence_diverged()), value: -Infinity },
            ...Array.from({ length: 5 }, () => NOTHING),
            seeds(0, lost(level, arm)),
          ],
        })),
    ],
  };
}

const originWords: Record<Finding['origin'], () => string> = {
  here: m.evidence_origin_here,
  link: m.evidence_origin_link,
  file: m.evidence_origin_file,
  'changed-file': m.evidence_origin_changed,
};

export const runsTable = (findings: readonly Finding[], missing: readonly MissingRun[] = []): Table => ({
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
    m.evidence_column_origin(),
  ],
  rows: [
    ...findings.map((run) => ({
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
        word(originWords[run.origin]()),
      ],
    })),
    ...missing.map((one) => ({
      ...one.run,
      id: `${one.run.seed}/${one.run.arm}/${one.run.level}`,
      cells: [
        number(one.run.level, String),
        NOTHING,
        word(armName(one.run.level, one.run.arm)),
        number(one.run.seed, String),
        { text: fateOf(one), value: -Infinity },
        ...Array.from({ length: 6 }, () => NOTHING),
        word('–'),
        word('–'),
      ],
    })),
  ].sort((a, b) => a.level - b.level),
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
