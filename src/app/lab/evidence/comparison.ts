/** Two levels, of one branch or of two, side by side: rows of the same figure at both, and what lies between. */
import { m } from '../../../paraglide/messages.js';
import type { Arm } from '../../../science/recipe/schema.ts';
import { armLook } from '../../arms.ts';
import { accuracy, fixed, integer, kept } from '../../format.ts';
import type { StageLayer } from '../stage/layers.ts';
import type { Finding } from './findings.ts';

export interface ComparedRow {
  readonly name: string;
  readonly arm: Arm | null;
  readonly a: string;
  readonly b: string;
  /** Empty where one of them is not known. */
  readonly difference: string;
}

export interface ComparedGroup {
  readonly title: string;
  readonly rows: readonly ComparedRow[];
}

type ValueOf = (finding: Finding) => number | null;

function meanAt({ findings, level }: Side, arm: Arm, valueOf: ValueOf): number | null {
  const values = findings.filter((one) => one.level === level && (level === 0 || one.arm === arm)).flatMap((one) => valueOf(one) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const signed = (text: string): string => (/^\u2212|^0(\.0*)?$/.test(text) ? text : `+${text}`);

/** `decimals` of the difference, which is in the unit of the words. */
function row(
  name: string,
  arm: Arm | null,
  a: number | null,
  b: number | null,
  words: (value: number) => string,
  unit: number,
  decimals: number,
): ComparedRow {
  return {
    name,
    arm,
    a: a === null ? '–' : words(a),
    b: b === null ? '–' : words(b),
    difference: a === null || b === null ? '' : signed(fixed((b - a) * unit, decimals)),
  };
}

/** A level of some branch, with what is known along that branch. */
export interface Side {
  readonly findings: readonly Finding[];
  readonly ladder: readonly number[];
  readonly level: number;
}

export function compareLevels(arms: readonly Arm[], layers: readonly StageLayer[], a: Side, b: Side): ComparedGroup[] {
  const ofArms = (title: string, valueOf: ValueOf, words: (value: number) => string, unit: number, decimals: number): ComparedGroup => ({
    title,
    rows: arms.map((arm) => row(armLook[arm].name(), arm, meanAt(a, arm, valueOf), meanAt(b, arm, valueOf), words, unit, decimals)),
  });
  const density =
    (index: number): ValueOf =>
    (finding) =>
      finding.layerDensity?.[index] ?? null;
  return [
    ofArms(
      m.evidence_group_accuracy(),
      ({ testAccuracy }) => testAccuracy,
      (value) => accuracy(value),
      100,
      2,
    ),
    ofArms(m.evidence_group_stop(), ({ earlyStop }) => earlyStop.step, integer, 1, 0),
    ofArms(
      m.evidence_group_there(),
      ({ earlyStop }) => earlyStop.testAccuracy,
      (value) => accuracy(value),
      100,
      2,
    ),
    {
      title: m.evidence_group_layers(),
      rows: [
        row(m.evidence_row_kept(), null, a.ladder[a.level], b.ladder[b.level], kept, 100, 1),
        ...layers.map(({ name }, index) =>
          row(name, null, meanAt(a, 'ticket', density(index)), meanAt(b, 'ticket', density(index)), kept, 100, 1),
        ),
      ],
    },
  ];
}
