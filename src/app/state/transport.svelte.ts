/** The keys under the stage: they set training going, hold it and stop it, and say how far one step goes. */
import type { Plan } from '../../science/plan.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { SharedSession } from '../../sessions/link.ts';
import type { Experiment } from './experiment.svelte.ts';
import type { LiveRun } from './live.svelte.ts';
import { nextPhase, travels, type LevelPhase } from './phases.ts';

export const stepKinds = ['minibatch', 'phase', 'level', 'all'] as const;
export type StepBy = (typeof stepKinds)[number];

interface Stop {
  readonly level: number;
  readonly phase: Exclude<LevelPhase, 'train'>;
}

/** Of the lab, what the keys act on. */
interface Bench {
  readonly plan: Plan;
  readonly recipe: Recipe;
  readonly experiment: Experiment;
  readonly draft: { readonly recipe: Recipe | null; readonly isChanged: boolean };
  readonly shared: SharedSession | null;
  readonly live: readonly LiveRun[];
  readonly isComplete: boolean;
  readonly nextLevel: number;
  /** Takes up what was edited; from here on, what is on the bench trains. */
  prepare(): void;
  train(limit: number, allowance: number): void;
}

export class Transport {
  stepBy = $state<StepBy>('level');
  private stoppedAt = $state.raw<Stop | null>(null);

  /** The phase of a drawn level that stepping by phase stopped after; null once the level trains. */
  readonly stop: Stop['phase'] | null = $derived.by(() => {
    const { stoppedAt } = this;
    const isThere = this.bench.live.some(({ run, start, position }) => run.level === stoppedAt?.level && position === start);
    return isThere ? (stoppedAt?.phase ?? null) : null;
  });
  /** Whether survivors stand where the level before left them, to go back with the next step. */
  readonly isCut: boolean = $derived.by(() => {
    const { recipe, plan, nextLevel } = this.bench;
    return this.stop === 'prune' && recipe.arms.some((arm) => travels(plan, { arm, level: nextLevel }));
  });
  /** What a step by phase does now. */
  readonly nextPhase: LevelPhase = $derived.by(() =>
    nextPhase({ level: this.bench.nextLevel, isDrawn: this.bench.live.length > 0, isCut: this.isCut }),
  );

  constructor(private readonly bench: Bench) {}

  /** Trains up to a level (the last one if not told); goes on where it was paused or held. */
  run(limit?: number): void {
    this.go(() => limit ?? this.bench.recipe.pruning.levels);
  }

  pause(): void {
    this.bench.experiment.pause();
  }

  toggle(): void {
    const { experiment, isComplete, draft, shared } = this.bench;
    if (experiment.status === 'running' || experiment.status === 'loading') this.pause();
    else if (!isComplete || draft.isChanged || shared !== null) this.run();
  }

  /** Trains one level and holds there. */
  stepLevel(): void {
    this.go(() => this.bench.nextLevel);
  }

  /** One step of the kind that was chosen: one minibatch; one phase; to the end of the level; to the end. */
  step(): void {
    if (this.stepBy === 'minibatch') this.go(() => this.bench.nextLevel, 1);
    else if (this.stepBy === 'phase') this.stepPhase();
    else if (this.stepBy === 'all') this.run();
    else this.stepLevel();
  }

  giveUp(): void {
    this.bench.experiment.stop();
  }

  private stepPhase(): void {
    if (this.bench.draft.recipe === null) return;
    // An edited recipe may begin elsewhere, with nothing drawn yet.
    this.bench.prepare();
    const { nextLevel: level } = this.bench;
    switch (this.nextPhase) {
      case 'prune':
        this.go(() => level, 0);
        this.stoppedAt = { level, phase: 'prune' };
        break;
      case 'rewind':
        // It is drawn already: only the stage moves.
        this.stoppedAt = { level, phase: 'rewind' };
        break;
      case 'train':
        this.go(() => level);
    }
  }

  /** With an allowance, each run pauses after so many steps. The limit is asked once it is settled what trains. */
  private go(limit: () => number, allowance = Infinity): void {
    if (this.bench.draft.recipe === null) return;
    this.bench.prepare();
    this.stoppedAt = null;
    this.bench.train(limit(), allowance);
  }
}
