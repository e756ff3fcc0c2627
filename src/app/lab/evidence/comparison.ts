/** Two levels side by side, of one branch or of two: rows of the same figure at both, and what lies between. */
import { m } from '../../../paraglide/messages.js';
import type { Arm } from '../../../science/recipe/schema.ts';
import { armLook } from '../../arms.ts';
import { accuracy, fixed, integer, kept } from '../../format.ts';
import type { StageLayer } from '../stage/layers.ts';
import type { BranchEvidence } from './branches.ts';
import type { Finding } from './findings.ts';

export interface ComparedRow {
  readonly name: string;
  readonly arm: Arm | null;
  readonly a: string;
  readonly b: string;
  /** Empty where one of them is not known, or where no seed is known at both. */
  readonly difference: string;
}

export interface ComparedGroup {
  readonly title: string;
  readonly rows: readonly ComparedRow[];
}

/** A level of a branch. */
export interface Side {
  readonly of: Pick<BranchEvidence, 'findings' | 'arms' | 'ladder'>;
  readonly level: number;
}

type ValueOf = (finding: Finding) => number | null;

/** Of both sides. */
type Pair = readonly [a: number | null, b: number | null];

/** What is known at a side's level, picked out once for all its figures: along a branch there may be thousands of findings. */
const findingsAt = ({ of, level }: Side): readonly Finding[] => of.findings.filter((finding) => finding.level === level);

/** By seed; `findings` are of one level. At level 0 all arms are one. */
function valuesOf(findings: readonly Finding[], arm: Arm, valueOf: ValueOf): ReadonlyMap<number, number> {
  const values = new Map<number, number>();
  for (const finding of findings) {
    const value = finding.level === 0 || finding.arm === arm ? valueOf(finding) : null;
    if (value !== null) values.set(finding.seed, value);
  }
  return values;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Means over the seeds that both have, so that a difference is never one between seeds; over each one's own where they share none. */
function means(
  a: readonly Finding[],
  b: readonly Finding[],
  arm: Arm,
  valueOf: ValueOf,
): { readonly pair: Pair; readonly isPaired: boolean } {
  const [one, other] = [valuesOf(a, arm, valueOf), valuesOf(b, arm, valueOf)];
  const isPaired = [...one.keys()].some((seed) => other.has(seed));
  const of = (values: ReadonlyMap<number, number>): number | null =>
    mean([...values].filter(([seed]) => !isPaired || (one.has(seed) && other.has(seed))).map(([, value]) => value));
  return { pair: [of(one), of(other)], isPaired };
}

const signed = (text: string): string => (/^\u2212|^0(\.0*)?$/.test(text) ? text : `+${text}`);

/** How a figure is written: `unit` and `decimals` are the difference's. */
interface Writing {
  readonly words: (value: number) => string;
  readonly unit: number;
  readonly decimals: number;
}
const asAccuracy: Writing = { words: (value) => accuracy(value), unit: 100, decimals: 2 };
const asStep: Writing = { words: integer, unit: 1, decimals: 0 };
const asKept: Writing = { words: kept, unit: 100, decimals: 1 };

function row(name: string, arm: Arm | null, [a, b]: Pair, { words, unit, decimals }: Writing, isPaired = true): ComparedRow {
  return {
    name,
    arm,
    a: a === null ? '–' : words(a),
    b: b === null ? '–' : words(b),
    difference: a === null || b === null || !isPaired ? '' : signed(fixed((b - a) * unit, decimals)),
  };
}

export function compareLevels(layers: readonly StageLayer[], a: Side, b: Side): ComparedGroup[] {
  const arms = [...new Set([...a.of.arms, ...b.of.arms])];
  const [ofA, ofB] = [findingsAt(a), findingsAt(b)];
  const figure = (name: string, arm: Arm, writing: Writing, valueOf: ValueOf): ComparedRow => {
    const { pair, isPaired } = means(ofA, ofB, arm, valueOf);
    return row(name, arm, pair, writing, isPaired);
  };
  const ofArms = (title: string, writing: Writing, valueOf: ValueOf): ComparedGroup => ({
    title,
    rows: arms.map((arm) => figure(armLook[arm].name(), arm, writing, valueOf)),
  });
  return [
    ofArms(m.evidence_group_accuracy(), asAccuracy, ({ testAccuracy }) => testAccuracy),
    ofArms(m.evidence_group_stop(), asStep, ({ earlyStop }) => earlyStop.step),
    ofArms(m.evidence_group_there(), asAccuracy, ({ earlyStop }) => earlyStop.testAccuracy),
    {
      title: m.evidence_group_layers(),
      rows: [
        row(m.evidence_row_kept(), null, [a.of.ladder[a.level], b.of.ladder[b.level]], asKept),
        ...layers.map(({ name }, index) => ({
          ...figure(name, 'ticket', asKept, ({ layerDensity }) => layerDensity?.[index] ?? null),
          arm: null,
        })),
      ],
    },
  ];
}
