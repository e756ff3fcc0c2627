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
export function missingOf(plan: Plan, runs: readonly RunId[], marks: readonly Mark[]): MissingRun[] {
  if (marks.length === 0) return [];
  const [ofSources, own] = [true, false].map((isSource) => new Tickets(marks.filter((mark) => (mark.isSource === true) === isSource)));
  const source = sourcePlan(plan);
  /** The mark for which a run was left out: of what it grows from, the first that diverged. */
  const causeOf = ({ seed, level }: RunId): Mark | undefined => {
    if (level === 0) return undefined;
    if (source === null) return own.inWay(plan, seed, level);
    return own.at({ seed, arm: 'ticket', level: 0 }) ?? ofSources.inWay(source, sourceSeed(plan.recipe, seed), level);
  };
  return runs.flatMap((run) => {
    const cause = own.at(run) ?? causeOf(run);
    return cause === undefined ? [] : { run, cause };
  });
}

const placeOf = ({ seed, arm, level }: RunId): string => `${seed}/${arm}/${level}`;

/** Marks by run. There may be thousands of runs and of marks: neither is walked for each of the others. */
class Tickets {
  private readonly marks = new Map<string, Mark>();
  private readonly found = new Map<string, Mark | undefined>();

  constructor(marks: readonly Mark[]) {
    for (const mark of marks) if (!this.marks.has(placeOf(mark))) this.marks.set(placeOf(mark), mark);
  }

  at(run: RunId): Mark | undefined {
    return this.marks.get(placeOf(run));
  }

  /** Of the tickets that a level is cut from, one from another, the first that diverged. */
  inWay(plan: Plan, seed: number, level: number): Mark | undefined {
    if (level === 0) return undefined;
    const key = `${seed}/${level}`;
    if (!this.found.has(key)) {
      const parent = parentLevel(plan, level);
      this.found.set(key, this.inWay(plan, seed, parent) ?? this.at({ seed, arm: 'ticket', level: parent }));
    }
    return this.found.get(key);
  }
}
