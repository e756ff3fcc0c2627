/** An answer's numbers as tables for people. */
import { m } from '../../../../paraglide/messages.js';
import type { Barrier } from '../../../../science/analysis/barrier.ts';
import type { MaskReport, OtherMask } from '../../../../science/analysis/mask-report.ts';
import type { RunFigures } from '../../../../science/analysis/summary.ts';
import { pairedToDense, verdictOf, type LevelVerdict } from '../../../../science/analysis/verdict.ts';
import type { Arm } from '../../../../science/recipe/schema.ts';
import { accuracy, fixed, integer, kept, percent } from '../../../format.ts';
import type { StageLayer } from '../../stage/layers.ts';

export interface AnswerTable {
  readonly caption: string;
  /** The first is that of the rows' names. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly cells: readonly { readonly text: string; /** 0..1, drawn as a bar. */ readonly share?: number }[];
    readonly isMarked?: boolean;
  }[];
}

const texts = (...all: readonly string[]) => all.map((text) => ({ text }));
const none = '–';
/** A difference of shares as points of per cent, with its sign. */
export const points = (difference: number): string => {
  const text = fixed(100 * difference, 2);
  return difference > 0 && text !== '0.00' ? `+${text}` : text;
};

export const barrierTable = (barriers: readonly Barrier[]): AnswerTable => ({
  caption: m.analysis_barrier_caption(),
  columns: [
    m.analysis_column_step(),
    m.analysis_column_ends(),
    m.analysis_column_highest(),
    m.analysis_column_barrier(),
    m.analysis_column_train_barrier(),
  ],
  rows: barriers.map(({ step, line, errorBarrier, trainLossBarrier }) => {
    const errors = line.map(({ testError }) => testError);
    const ends = (errors[0] + errors[errors.length - 1]) / 2;
    return {
      name: integer(step),
      cells: texts(accuracy(ends), accuracy(Math.max(...errors)), fixed(100 * errorBarrier, 2), fixed(trainLossBarrier, 3)),
    };
  }),
});

export function masksTable({ rows }: MaskReport, layers: readonly StageLayer[]): AnswerTable {
  const bar = (share: number, text: string) => ({ text, share });
  return {
    caption: m.analysis_masks_caption(),
    columns: [
      m.analysis_column_layer(),
      m.analysis_column_kept(),
      m.analysis_column_effective(),
      m.analysis_column_signs(),
      m.analysis_column_distance(),
      m.analysis_column_relative(),
    ],
    rows: rows.map(({ parameter, density, effectiveDensity, signAgreement, distance, relativeDistance }) => ({
      name: layers.find((layer) => layer.parameter === parameter)?.name ?? m.analysis_all_layers(),
      isMarked: parameter === null,
      cells: [
        bar(density, kept(density)),
        effectiveDensity === null ? { text: none } : bar(effectiveDensity, kept(effectiveDensity)),
        bar(signAgreement, fixed(100 * signAgreement, 1)),
        { text: fixed(distance, 2) },
        relativeDistance === null ? { text: none } : bar(relativeDistance, fixed(relativeDistance, 2)),
      ],
    })),
  };
}

const otherName: Readonly<Record<OtherMask['kind'], (of: { name: string }) => string>> = {
  level: m.analysis_overlap_level,
  seed: m.analysis_overlap_seed,
  branch: m.analysis_overlap_branch,
};

export const overlapTable = ({ overlaps }: MaskReport, layers: readonly StageLayer[]): AnswerTable => ({
  caption: m.analysis_overlap_caption(),
  columns: [m.analysis_overlap_column(), ...layers.map(({ name }) => name)],
  rows: overlaps.map(({ kind, name, layers: of }) => ({
    name: otherName[kind]({ name }),
    cells: of.map(({ share, chance }) => ({ text: m.evidence_overlap_value({ share: percent(share), chance: percent(chance) }), share })),
  })),
});

export const verdictName: Readonly<Record<LevelVerdict, () => string>> = {
  winning: m.analysis_verdict_winning,
  matching: m.analysis_verdict_matching,
  losing: m.analysis_verdict_losing,
};

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A row a level from 1 on that has pairs; the level shown is marked. */
export function seedsTable(figures: readonly RunFigures[], arm: Arm, ladder: readonly number[], shown: number): AnswerTable {
  return {
    caption: m.analysis_seeds_caption(),
    columns: [
      m.analysis_column_level(),
      m.analysis_column_kept(),
      m.analysis_column_difference(),
      m.analysis_column_range(),
      m.analysis_column_stop(),
      m.analysis_column_verdict(),
    ],
    rows: ladder.flatMap((density, level) => {
      const pairs = level === 0 ? [] : pairedToDense(figures, arm, level);
      if (pairs.length === 0) return [];
      const differences = pairs.map(({ accuracy: difference }) => difference);
      const stop = meanOf(pairs.map(({ earlyStop }) => earlyStop));
      const verdict = verdictOf(figures, arm, level);
      return {
        name: String(level),
        isMarked: level === shown,
        cells: texts(
          kept(density),
          points(meanOf(differences)),
          m.analysis_range({ from: points(Math.min(...differences)), to: points(Math.max(...differences)) }),
          `${stop > 0 ? '+' : ''}${integer(stop)}`,
          verdict === null ? none : verdictName[verdict](),
        ),
      };
    }),
  };
}
