/** The table's columns and rows: of every level and arm, or of every run; each column can be sorted by. */
import { m } from '../../../paraglide/messages.js';
import { isSelf, type MissingRun } from '../../../science/divergence.ts';
import type { Arm } from '../../../science/recipe/schema.ts';
import type { RunId } from '../../../science/result.ts';
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
  /** Made when they are asked for: of tens of thousands of rows a hundred are in sight. */
  readonly cells: readonly Cell[];
  /** One of them, at the cost of no other. */
  readonly cellAt: (column: number) => Cell;
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

/** A row of what `columns` say of an item. */
const rowOf = <Item>(item: Item, place: Pick<Row, 'id' | 'level' | 'arm' | 'seed'>, columns: readonly ((item: Item) => Cell)[]): Row => ({
  ...place,
  get cells() {
    return columns.map((of) => of(item));
  },
  cellAt: (column) => columns[column](item),
});
const percent = (value: number): string => accuracy(value);
const seconds = (ms: number): string => fixed(ms / 1000, 1);
const armName = (level: number, arm: Arm): string => (level === 0 ? m.app_dense() : armLook[arm].name());

/** Of a run without a result: that it diverged and where, or was left out. */
const fateOf = ({ run, cause }: MissingRun): string =>
  isSelf(run, cause) ? m.evidence_diverged_at({ step: integer(cause.step) }) : m.evidence_left_out();

/** Of an arm at a level of which there is no result. */
const NOTHING: Cell = number(null, String);

const meansRow = (level: number, arm: Arm, cells: readonly Cell[]): Row => ({
  id: `${arm}/${level}`,
  level,
  arm,
  seed: null,
  cells,
  cellAt: (column) => cells[column],
});

export function meansTable(findings: readonly Finding[], missing: readonly MissingRun[] = []): Table {
  const missingBy = groupBy(missing, ({ run }) => `${run.arm}/${run.level}`);
  const lost = (level: number, arm: Arm): number => missingBy.get(`${arm}/${level}`)?.length ?? 0;
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
      ...summarise(findings).map(({ level, arm, density, testAccuracy, earlyStopStep, earlyStopTestAccuracy }) =>
        meansRow(level, arm, [
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
        ]),
      ),
      ...[...blank]
        .filter(([id]) => !known.has(id))
        .map(([, { level, arm }]) =>
          meansRow(level, arm, [
            number(level, String),
            NOTHING,
            word(armName(level, arm)),
            { ...word(m.evidence_diverged()), value: -Infinity },
            ...Array.from({ length: 5 }, () => NOTHING),
            seeds(0, lost(level, arm)),
          ]),
        ),
    ],
  };
}

const originWords: Record<Finding['origin'], () => string> = {
  here: m.evidence_origin_here,
  link: m.evidence_origin_link,
  file: m.evidence_origin_file,
  'changed-file': m.evidence_origin_changed,
};

/** Of a run, in the order of the table's columns. */
const runCells: readonly ((run: Finding) => Cell)[] = [
  ({ level }) => number(level, String),
  ({ density }) => number(density, kept),
  ({ level, arm }) => word(armName(level, arm)),
  ({ seed }) => number(seed, String),
  ({ testAccuracy }) => number(testAccuracy, percent),
  ({ earlyStop }) => number(earlyStop.step, integer),
  ({ earlyStop }) => number(earlyStop.testAccuracy, percent),
  ({ initialTestAccuracy }) => number(initialTestAccuracy, percent),
  ({ validationAccuracy }) => number(validationAccuracy, percent),
  ({ trainAccuracy }) => number(trainAccuracy, percent),
  ({ trainMs }) => number(trainMs, seconds),
  ({ fingerprint }) => word(fingerprint.slice(0, 8)),
  ({ origin }) => word(originWords[origin]()),
];

/** The same of a run that has no result. */
const missingCells: readonly ((one: MissingRun) => Cell)[] = [
  ({ run }) => number(run.level, String),
  () => NOTHING,
  ({ run }) => word(armName(run.level, run.arm)),
  ({ run }) => number(run.seed, String),
  (one) => ({ text: fateOf(one), value: -Infinity }),
  ...Array.from({ length: 6 }, () => () => NOTHING),
  () => word('–'),
  () => word('–'),
];

const placeOf = ({ seed, arm, level }: RunId): Pick<Row, 'id' | 'level' | 'arm' | 'seed'> => ({
  id: `${seed}/${arm}/${level}`,
  level,
  arm,
  seed,
});

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
    ...findings.map((run) => rowOf(run, placeOf(run), runCells)),
    ...missing.map((one) => rowOf(one, placeOf(one.run), missingCells)),
  ].sort((a, b) => a.level - b.level),
});

export interface Sorting {
  readonly column: number;
  readonly isDescending: boolean;
}

/** Rows in a column's order; equal ones stay in the order they had. */
export function sorted(rows: readonly Row[], { column, isDescending }: Sorting): Row[] {
  const order = (one: Cell['value'], other: Cell['value']): number => {
    if (typeof one === 'string' || typeof other === 'string') return String(one).localeCompare(String(other));
    return one === other ? 0 : one < other ? -1 : 1;
  };
  return rows
    .map((row) => ({ row, value: row.cellAt(column).value }))
    .sort((a, b) => (isDescending ? order(b.value, a.value) : order(a.value, b.value)))
    .map(({ row }) => row);
}
