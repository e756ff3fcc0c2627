/**
 * Plays the motions of a level on the stage: prune and rewind when a level begins there, and again when asked.
 * Training does not wait for them; when they end, the stage shows what is newest.
 */
import type { Transition } from '../../science/analysis/transition.ts';
import type { Mask } from '../../science/mask.ts';
import { parentLevel, recipeAt, type Plan } from '../../science/plan.ts';
import type { RunId } from '../../science/result.ts';
import type { Tensors } from '../../science/tensors.ts';
import { animate } from '../motion/loop.ts';
import { frameAt, lengthOf, within, type Frame, type Phase, type Tempo } from '../motion/timeline.ts';
import type { Album } from './album.svelte.ts';
import type { Experiment } from './experiment.svelte.ts';
import { findRun, type Session } from '../../sessions/session.ts';
import { runName, type LiveRun } from './live.svelte.ts';
import type { Selection } from './selection.svelte.ts';
import type { Studies } from './studies.svelte.ts';

/** Where training hurries on to the next level, each motion takes no longer than this, in milliseconds. */
const HURRIED_MS = 300;

/** Of the lab, what motions play on. */
interface Bench {
  readonly plan: Plan;
  readonly session: Session;
  readonly branchId: string;
  readonly selection: Selection;
  readonly experiment: Experiment;
  readonly album: Album;
  readonly studies: Studies;
}

/** What moves. */
export interface Scene {
  readonly run: RunId;
  readonly transition: Transition;
  /** What its parent and the level itself keep. */
  readonly parent: Mask;
  readonly mask: Mask;
  /** The parent's final weights, where they are at hand. */
  readonly before: Tensors | null;
}

export class Motion {
  scene = $state.raw<Scene | null>(null);
  frame = $state.raw<Frame | null>(null);
  /** A motion was asked for whose weights are not kept here: the run's name. */
  missing = $state.raw<string | null>(null);
  private halt: () => void = () => undefined;

  /** `tempo` is asked before each motion: reduced motion may be switched on meanwhile. */
  constructor(
    private readonly bench: Bench,
    private readonly tempo: () => Tempo,
  ) {}

  /** Levels have begun: the motions of the one on the stage are played, if the stage follows training and is at rest. */
  began(runs: readonly LiveRun[]): void {
    const { selection, experiment } = this.bench;
    if (this.scene !== null || selection.level !== null) return;
    const shown = runName(selection.run);
    const live = runs.find(({ run }) => runName(run) === shown);
    const transition = live?.transition ?? null;
    if (live === undefined || transition === null) return;
    const { run, mask } = live;
    const isHurried = experiment.limit > run.level;
    const tempo = isHurried ? within(this.tempo(), HURRIED_MS) : this.tempo();
    this.play(this.sceneOf(run, transition, mask), this.rewinds(run) ? ['prune', 'rewind'] : ['prune'], tempo);
  }

  /** Plays one motion of the shown level again. */
  async replay(phase: Phase): Promise<void> {
    const { selection, studies } = this.bench;
    const { run, live } = selection;
    this.stop();
    this.missing = null;
    const transition = live?.transition ?? (await studies.of(run))?.transition ?? null;
    const mask = selection.picture?.mask;
    // Somebody may have turned to another level while it was worked out.
    if (runName(selection.run) !== runName(run)) return;
    if (transition === null || mask === undefined) this.missing = runName(run);
    else this.play(this.sceneOf(run, transition, mask), [phase], this.tempo());
  }

  /** Whether a run has come out of a parent by this motion. */
  canReplay(phase: Phase, run: RunId): boolean {
    return run.level > 0 && (run.arm === 'ticket' || run.arm === 'reinit') && (phase === 'prune' || this.rewinds(run));
  }

  stop(): void {
    this.halt();
    this.scene = this.frame = null;
    this.bench.selection.held = null;
  }

  /** Weights that go on from where they are have no way back. */
  private rewinds({ arm, level }: RunId): boolean {
    return recipeAt(this.bench.plan, level).rewind.weights !== 'final' || arm === 'reinit';
  }

  private sceneOf(run: RunId, transition: Transition, mask: Mask): Scene {
    const { plan, session, branchId, album } = this.bench;
    const parent = findRun(session, branchId, { seed: run.seed, arm: 'ticket', level: parentLevel(plan, run.level) });
    // The album's own copy of the parent's mask is what is on the stage: the same again need not be drawn.
    const picture = album.find(parent?.key ?? '');
    return { run, transition, mask, parent: picture?.mask ?? transition.parent, before: picture?.weights ?? null };
  }

  private play(scene: Scene, phases: readonly Phase[], tempo: Tempo): void {
    if (phases.reduce((sum, phase) => sum + lengthOf(phase, tempo), 0) === 0) return;
    let began: number | null = null;
    this.scene = scene;
    this.bench.selection.held = scene.run;
    this.frame = frameAt(phases, tempo, 0);
    this.halt = animate((now) => {
      began ??= now;
      this.frame = frameAt(phases, tempo, now - began);
      if (this.frame === null) this.stop();
      return this.frame !== null;
    });
  }
}
