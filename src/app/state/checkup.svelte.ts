/**
 * Checks what a link or a file says: trains its runs again on the deterministic engine and holds each against it. It has a
 * laboratory of its own and looks nothing up. A run that comes out with the same bits counts as trained here.
 */
import { missingOf, type Mark } from '../../science/divergence.ts';
import type { Notebook } from '../../science/experiment.ts';
import { stepsOf } from '../../science/draw.ts';
import type { RunId } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import { basisOf, checkRun, worst, type Basis, type Verdict } from '../../sessions/check.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { Plan } from '../../science/plan.ts';
import type { SharedFigures } from '../../sessions/link.ts';
import { Experiment, type ExperimentOptions } from './experiment.svelte.ts';
import { runName } from './live.svelte.ts';

/** What a link or a file says of runs along a plan. */
export interface Claims {
  readonly recipe: Recipe;
  readonly plan: Plan;
  readonly figures: readonly SharedFigures[];
}

export interface CheckupOptions extends Omit<ExperimentOptions, 'listeners'> {
  /** A run came out with the very bits: its mask and weights are those that the link or file speaks of. */
  readonly matched: (outcome: RunOutcome) => void;
}

/** Finds nothing, so that everything is trained, and keeps nothing. */
const blank: Notebook = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };

export class Checkup {
  readonly experiment: Experiment;
  private shared = $state.raw<Claims | null>(null);
  private checked = $state.raw<ReadonlyMap<string, Verdict>>(new Map());
  private marks: readonly Mark[] = [];
  private failure = $state.raw<unknown>(null);

  readonly total: number = $derived.by(() => this.shared?.figures.length ?? 0);
  readonly done: number = $derived.by(() => this.checked.size);
  readonly isOn: boolean = $derived.by(() => this.shared !== null);
  readonly isDone: boolean = $derived.by(() => this.total > 0 && this.done === this.total);
  /** Why it could not go on, or null. */
  readonly error: unknown = $derived.by(() => this.failure);
  /** What the runs are compared by; the first of several. Null until the engine is open. */
  readonly basis: Basis | null = $derived.by(() => {
    const here = this.experiment.engine;
    const bases = here === null ? [] : (this.shared?.figures ?? []).map(({ engine }) => basisOf(engine, here));
    return bases.find(({ by }) => by === 'figures') ?? (bases.length === 0 ? null : bases[0]);
  });
  readonly verdict: Verdict | null = $derived.by(() => worst([...this.checked.values()]));
  /** Seconds until every run is checked, or null while there is no telling. */
  readonly secondsLeft: number | null = $derived.by(() => this.experiment.secondsFor(this.stepsLeft()));
  /** 0..1, by steps. */
  readonly progress: number = $derived.by(() => {
    const all = this.allSteps();
    return all === 0 ? 0 : 1 - this.stepsLeft() / all;
  });

  constructor({ matched, ...options }: CheckupOptions) {
    this.experiment = new Experiment({
      ...options,
      listeners: {
        finished: () => undefined,
        trained: (outcome) => {
          if (this.hold(outcome) === 'same') matched(outcome);
        },
        divergence: () => undefined,
        diverged: (mark) => this.miss(mark),
        failed: (error) => (this.failure = error),
        // Its engine needs no graphics processor.
        restarted: () => undefined,
      },
    });
  }

  start(shared: Claims): void {
    this.close();
    this.shared = shared;
    // Its plan as it is, since what a level cuts may depend on how many there are; of its runs, those that the link holds.
    const last = Math.max(...shared.figures.map(({ level }) => level));
    void this.experiment.start(shared.plan, 'sparse', blank, last, Infinity, shared.figures);
  }

  /** Of one run: what it came to, or null where it has not been checked. */
  of(run: RunId): Verdict | null {
    return this.checked.get(runName(run)) ?? null;
  }

  /** Of all the link's runs of a level: their worst, once all are checked. */
  ofLevel(level: number): Verdict | null {
    const runs = (this.shared?.figures ?? []).filter((run) => run.level === level).map((run) => this.of(run));
    const verdicts = runs.filter((verdict) => verdict !== null);
    return verdicts.length === runs.length ? worst(verdicts) : null;
  }

  count(verdict: Verdict): number {
    return [...this.checked.values()].filter((one) => one === verdict).length;
  }

  close(): void {
    this.experiment.close();
    this.shared = null;
    this.checked = new Map();
    this.marks = [];
    this.failure = null;
  }

  private hold({ result }: RunOutcome): Verdict | null {
    const there = this.shared?.figures.find((run) => runName(run) === runName(result));
    if (this.shared === null || there === undefined) return null;
    const verdict = checkRun(there, result, this.shared.recipe.task.test);
    this.checked = new Map([...this.checked, [runName(result), verdict]]);
    return verdict;
  }

  /** The link tells of a run that cannot be trained here, nor can what grows from it. */
  private miss(mark: Mark): void {
    if (this.shared === null) return;
    const { plan, figures } = this.shared;
    this.marks = [...this.marks, mark];
    const unchecked = figures.filter((run) => this.of(run) === null);
    const missing = missingOf(plan, unchecked, this.marks).map(({ run }): [string, Verdict] => [runName(run), 'missing']);
    this.checked = new Map([...this.checked, ...missing]);
  }

  private allSteps(): number {
    const { shared } = this;
    return shared === null ? 0 : shared.figures.reduce((sum, run) => sum + stepsOf(shared.plan, run), 0);
  }

  private stepsLeft(): number {
    const { shared } = this;
    if (shared === null) return 0;
    const begun = this.experiment.live.runs.reduce((sum, { start, position }) => sum + position - start, 0);
    const left = shared.figures.filter((run) => this.of(run) === null);
    return Math.max(0, left.reduce((sum, run) => sum + stepsOf(shared.plan, run), 0) - begun);
  }
}
