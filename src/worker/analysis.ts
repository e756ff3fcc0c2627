/** Analyses of one run, away from the page: its data, the deterministic engine and a trainer of their own. They keep nothing. */
import { requireNeeds } from '../engines/require.ts';
import { createSparseEngine } from '../engines/sparse/engine.ts';
import { barriers, type Barrier } from '../science/analysis/barrier.ts';
import type { AnalysisBench } from '../science/analysis/bench.ts';
import { maskReport, type MaskReport, type OtherMask } from '../science/analysis/mask-report.ts';
import { analyses } from '../science/analysis/registry.ts';
import { sharpness, type Sharpness } from '../science/analysis/sharpness.ts';
import { lossSlice, type LossSlice } from '../science/analysis/slice.ts';
import { begin, type Ancestors } from '../science/draw.ts';
import type { Mask } from '../science/mask.ts';
import { LabError } from '../science/errors.ts';
import { m } from '../paraglide/messages.js';
import { recipeAt, type Plan } from '../science/plan.ts';
import { modelOf } from '../science/recipe/model.ts';
import { needsOf } from '../science/recipe/needs.ts';
import type { RunId } from '../science/result.ts';
import type { Snapshot } from '../science/tensors.ts';
import type { Control } from '../science/trainer.ts';
import { batchesOf } from '../tasks/batches.ts';
import { corrupted } from '../tasks/corrupt.ts';
import { openTask, type Source } from '../tasks/load.ts';
import { splitFor } from '../tasks/split.ts';

/** A run and what was kept of it. */
export interface Subject {
  readonly plan: Plan;
  readonly run: RunId;
  /** Null at level 0. */
  readonly ancestors: Ancestors | null;
  readonly mask: Mask;
  /** The run's weights at its last step. */
  readonly final: Snapshot;
  /** Its weights at other steps, by step. */
  readonly kept: Readonly<Record<number, Snapshot>>;
}

export type Question =
  | { readonly what: 'barrier'; /** Where siblings part, ascending. */ readonly steps: readonly number[] }
  | { readonly what: 'masks'; readonly others: readonly OtherMask[] }
  | { readonly what: 'slice' }
  | { readonly what: 'sharpness' };

export type Answer =
  | { readonly what: 'barrier'; readonly barriers: readonly Barrier[] }
  | { readonly what: 'masks'; readonly report: MaskReport }
  | { readonly what: 'slice'; readonly slice: LossSlice }
  | { readonly what: 'sharpness'; readonly sharpness: Sharpness };

/** An analysis under way. */
export interface Asked {
  /** Rejects with a LabError, or with `Cancelled`. */
  readonly answer: Promise<Answer>;
  cancel(): void;
}

/** Answers questions somewhere that the page does not wait for; `progress` hears the share that is done, 0..1. */
export type Analyst = (subject: Subject, question: Question, progress: (share: number) => void) => Asked;

/** Throws a LabError where the engine cannot train the recipe. */
export async function analyse(
  subject: Subject,
  question: Question,
  source: Source,
  control: Control,
  progress: (share: number) => void,
): Promise<Answer> {
  const { plan, run, ancestors, mask, final, kept } = subject;
  const recipe = recipeAt(plan, run.level);
  const model = modelOf(recipe);
  const drawing = begin(plan, model, run, ancestors, mask);
  if (question.what === 'masks') {
    const report = maskReport(model, drawing.mask, drawing.start.parameters, final.parameters, question.others);
    return { what: 'masks', report };
  }
  // Siblings of a network that was stopped early would not stop with it.
  if (question.what === 'barrier' && recipe.method.type !== 'prune' && (run.level > 0 || recipe.method.type === 'early-bird'))
    throw new LabError(m.analysis_no_siblings(), 'method');
  const engine = await createSparseEngine();
  try {
    requireNeeds(engine, 'sparse', [...needsOf(recipe), ...analyses[question.what].needs]);
    const { optimizer, weightDecay, batchSize, steps } = recipe.training;
    const split = splitFor(recipe.task.dataset, recipe.task, run.seed);
    const opened = await openTask(recipe.task, source, () => undefined);
    const task = await corrupted(opened, recipe.task.corrupt, split, run.seed);
    const trainer = await engine.createTrainer({ model, task, optimizer, weightDecay, batchSize, networks: 1 });
    await task.ready(split.train);
    const batches = (name: string) => batchesOf(split.train, batchSize, run.seed, name);
    return await worked({ trainer, control, progress, model, run, steps, drawing, split, batches, final, kept }, question);
  } finally {
    engine.dispose();
  }
}

async function worked(bench: AnalysisBench, question: Exclude<Question, { what: 'masks' }>): Promise<Answer> {
  switch (question.what) {
    case 'barrier':
      return { what: 'barrier', barriers: await barriers(bench, question.steps) };
    case 'slice':
      return { what: 'slice', slice: await lossSlice(bench) };
    case 'sharpness':
      return { what: 'sharpness', sharpness: await sharpness(bench) };
  }
}
