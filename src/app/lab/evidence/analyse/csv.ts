/** Answers as comma-separated values, exact numbers, one line a point, a layer or a seed. */
import type { RunFigures } from '../../../../science/analysis/summary.ts';
import { pairedToDense, verdictOf } from '../../../../science/analysis/verdict.ts';
import type { Arm } from '../../../../science/recipe/schema.ts';
import type { Answer } from '../../../../worker/analysis.ts';
import { csvOf, type Sheet } from '../../../csv.ts';

function sheetOf(answer: Answer): Sheet {
  switch (answer.what) {
    case 'barrier':
      return {
        fields: ['step', 'error_barrier', 'train_loss_barrier', 'at', 'test_error', 'test_loss', 'train_loss'],
        data: answer.barriers.flatMap(({ step, errorBarrier, trainLossBarrier, line }) =>
          line.map(({ at, testError, testLoss, trainLoss }) => [step, errorBarrier, trainLossBarrier, at, testError, testLoss, trainLoss]),
        ),
      };
    case 'masks':
      return {
        fields: ['measure', 'with', 'parameter', 'value', 'chance'],
        data: [
          ...answer.report.rows.flatMap(({ parameter, ...measures }) =>
            Object.entries(measures).map(([name, value]) => [name, '', parameter ?? 'all', value, null]),
          ),
          ...answer.report.overlaps.flatMap(({ kind, name, layers }) =>
            layers.map(({ parameter, share, chance }) => ['overlap', `${kind} ${name}`, parameter, share, chance]),
          ),
        ],
      };
    case 'slice': {
      const { at, loss } = answer.slice;
      return {
        fields: ['a', 'b', 'train_loss'],
        data: loss.map((value, index) => [at[index % at.length], at[Math.floor(index / at.length)], value]),
      };
    }
    case 'sharpness': {
      const { eigenvalue, iterations, isSettled } = answer.sharpness;
      return { fields: ['eigenvalue', 'iterations', 'settled'], data: [[eigenvalue, iterations, String(isSettled)]] };
    }
  }
}

export const answerCsv = (answer: Answer): Promise<string> => csvOf(sheetOf(answer));

/** A line a level and seed, with the level's verdict. */
export const seedsCsv = (figures: readonly RunFigures[], arm: Arm, levels: number): Promise<string> =>
  csvOf({
    fields: ['level', 'seed', 'accuracy_difference', 'early_stop_difference', 'verdict'],
    data: Array.from({ length: levels }, (_, index) => index + 1).flatMap((level) =>
      pairedToDense(figures, arm, level).map(({ seed, accuracy, earlyStop }) => [
        level,
        seed,
        accuracy,
        earlyStop,
        verdictOf(figures, arm, level) ?? '',
      ]),
    ),
  });
