/**
 * Plays the motions of a level on the stage: prune and rewind when a level begins there, and again when asked.
 * Training does not wait for them; when they end, the stage shows what is newest. Only somebody who steps by phase is
 * shown the cut for as long as they like.
 */
import type { Transition } from '../../science/analysis/transition.ts';
import type { Mask } from '../../science/mask.ts';
import { parentLevel, type Plan } from '../../science/plan.ts';
import type { RunId } from '../../science/result.ts';
import type { Tensors } from '../../science/tensors.ts';
import { animate } from '../motion/loop.ts';
import { endOf, frameAt, lengthOf, within, type Frame, type Phase, type Tempo } from '../motion/timeline.ts';
import type { Album } from './album.svelte.ts';
import type { Experiment } from './experiment.svelte.ts';
import type { Keeper } from './keeper.svelte.ts';
import { findRun, type Session, type SessionRun } from '../../sessions/session.ts';
import { runName, type LiveRun } from './live.svelte.ts';
import { travels, type LevelPhase } from './phases.ts';
import type { Selection } from './selection.svelte.ts';
import type { Studies } from './studies.svelte.ts';
import type { Transport } from './transport.svelte.ts';

/** Where training hurries on to the next level, each motion takes no longer than this, in milliseconds. */
const HURRIED_MS = 300;

/** Of the lab, what motions play on. */
interface Bench {
  readonly plan: Plan;
  readonly session: Session;
  readonly branchId: string;
  readonly selection: Selection;
  readonly experiment: Experiment;
  readonly transport: Pick<Transport, 'isCut' | 'stop'>;
  readonly album: Album;
  readonly keeper: Keeper;
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

interface Playing {
  readonly scene: Scene;
  readonly frame: Frame;
}

export class Motion {
  private playing = $state.raw<Playing | null>(null);
  /** The cut that stands on the stage when nothing plays. */
  private readonly standing: Scene | null = $derived.by(() => {
    const { live } = this.bench.selection;
    if (!this.bench.transport.isCut || live === undefined || live.transition === null) return null;
    return this.travels(live.run) ? this.sceneOf(live.run, live.transition, live.mask) : null;
  });
  readonly scene: Scene | null = $derived.by(() => this.playing?.scene ?? this.standing);
  readonly frame: Frame | null = $derived.by(() => this.playing?.frame ?? (this.standing === null ? null : endOf('prune')));
  readonly isPlaying: boolean = $derived.by(() => this.playing !== null);
  /** The phase on the stage; null where the run has ended or not begun. */
  readonly phase: LevelPhase | null = $derived.by(
    () => this.frame?.phase ?? (this.bench.selection.live === undefined ? null : (this.bench.transport.stop ?? 'train')),
  );
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
    const { selection, experiment, transport } = this.bench;
    if (this.playing !== null || selection.level !== null) return;
    const shown = runName(selection.run);
    const live = runs.find(({ run }) => runName(run) === shown);
    const transition = live?.transition ?? null;
    if (live === undefined || transition === null) return;
    const { run, mask } = live;
    const isHurried = experiment.limit > run.level;
    const tempo = isHurried ? within(this.tempo(), HURRIED_MS) : this.tempo();
    this.play(this.sceneOf(run, transition, mask), this.travels(run) && !transport.isCut ? ['prune', 'rewind'] : ['prune'], tempo);
  }

  /** The cut was looked at for long enough: the survivors go back. */
  goBack(): void {
    const { run, live } = this.bench.selection;
    const transition = live?.transition ?? null;
    if (live === undefined || transition === null || !this.travels(run)) return;
    this.stop();
    this.play(this.sceneOf(run, transition, live.mask), ['rewind'], this.tempo());
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
    return run.level > 0 && (run.arm === 'ticket' || run.arm === 'reinit') && (phase === 'prune' || this.travels(run));
  }

  stop(): void {
    this.halt();
    this.playing = null;
    this.bench.selection.held = null;
  }

  /** Sees to it that the parent's weights come, where the cut of them stands on the stage. */
  complete(): void {
    const parent = this.scene?.before === null ? this.parentOf(this.scene.run) : undefined;
    if (parent !== undefined) void this.bench.album.fetch(parent, this.bench.keeper.notebook());
  }

  private travels(run: RunId): boolean {
    return travels(this.bench.plan, run);
  }

  private parentOf({ seed, level }: RunId): SessionRun | undefined {
    const { plan, session, branchId } = this.bench;
    return findRun(session, branchId, { seed, arm: 'ticket', level: parentLevel(plan, level) });
  }

  private sceneOf(run: RunId, transition: Transition, mask: Mask): Scene {
    // The album's own copy of the parent's mask is what is on the stage: the same again need not be drawn.
    const picture = this.bench.album.find(this.parentOf(run)?.key ?? '');
    return { run, transition, mask, parent: picture?.mask ?? transition.parent, before: picture?.weights ?? null };
  }

  private play(scene: Scene, phases: readonly Phase[], tempo: Tempo): void {
    const first = frameAt(phases, tempo, 0);
    if (phases.reduce((sum, phase) => sum + lengthOf(phase, tempo), 0) === 0 || first === null) return;
    let began: number | null = null;
    this.playing = { scene, frame: first };
    this.bench.selection.held = scene.run;
    this.halt = animate((now) => {
      began ??= now;
      const frame = frameAt(phases, tempo, now - began);
      if (frame === null) this.stop();
      else this.playing = { scene, frame };
      return frame !== null;
    });
  }
}
