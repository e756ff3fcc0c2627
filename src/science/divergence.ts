/** Runs whose numbers stopped being numbers, and what cannot be trained for it. Everything else goes on. */
import { m } from '../paraglide/messages.js';
import { LabError } from './errors.ts';
import { parentLevel, type Plan } from './plan.ts';
import type { RunId } from './result.ts';
import { sourcePlan, sourceSeed } from './transfer.ts';

/** Loss or weights stopped being finite: the run cannot go on. */
export class Diverged extends LabError {
  constructor(
    readonly run: RunId,
    /** Counted from 1: the first step whose loss is no number, or after which what is measured is none. */
    readonly step: number,
  ) {
    super(m.science_diverged({ arm: run.arm, level: run.level, seed: run.seed, step }), 'training.optimizer.learningRate');
  }
}

/** That a run diverged, and where. */
export interface Mark extends RunId {
  readonly step: number;
  /** It was trained for the sake of the mask that another plan takes from it. */
  readonly isSource?: boolean;
}

/** What is kept of a run that diverged, in place of its result. */
export interface Divergence extends Mark {
  /** Run key: trained again, the same run does the same again, to the bit where the engine is deterministic. */
  readonly key: string;
}

/** Where marks are kept, by run key. */
export interface Marks {
  find(key: string): Divergence | undefined;
  /** A run diverged now, or is known to. */
  keep(mark: Divergence): void;
}

/** A run that diverged, or was left out for what did. */
export interface MissingRun {
  readonly run: RunId;
  readonly cause: Mark;
}

/** Whether the mark is this run's own. */
export const isSelf = ({ seed, arm, level }: RunId, mark: Mark): boolean =>
  mark.isSource !== true && mark.seed === seed && mark.arm === arm && mark.level === level;

/** Of runs without a result, those that will have none, with the reason, by the marks along their plan. */
export const missingOf = (plan: Plan, runs: readonly RunId[], marks: readonly Mark[]): MissingRun[] =>
  marks.length === 0
    ? []
    : runs.flatMap((run) => {
        const cause = marks.find((mark) => isSelf(run, mark)) ?? causeOf(plan, run, marks);
        return cause === null ? [] : { run, cause };
      });

/** The mark for which a run was left out; null where nothing that it grows from diverged. */
function causeOf(plan: Plan, { seed, level }: RunId, marks: readonly Mark[]): Mark | null {
  if (level === 0) return null;
  const source = sourcePlan(plan);
  const own = source === null ? pastOf(plan, level) : [0];
  const drawn = source === null ? [] : pastOf(source, level);
  const isInWay = (mark: Mark): boolean =>
    mark.arm === 'ticket' &&
    (mark.isSource === true
      ? mark.seed === sourceSeed(plan.recipe, seed) && drawn.includes(mark.level)
      : mark.seed === seed && own.includes(mark.level));
  return marks.find(isInWay) ?? null;
}

/** The levels that a level is cut from, one from another, back to the dense network. */
function pastOf(plan: Plan, level: number): number[] {
  const past: number[] = [];
  for (let at = level; at > 0;) past.push((at = parentLevel(plan, at)));
  return past;
}
