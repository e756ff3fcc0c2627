/**
 * Plays the motions of a level on the stage: prune and rewind when a level begins there, and again when asked.
 * Training does not wait for them; when they end, the stage shows what is newest. Only somebody who steps by phase is
 * shown the cut for as long as they like.
 */
import type { Transition } from '../../science/analysis/transition.ts';
import type { Mask } from '../../science/mask.ts';
import type { Plan } from '../../science/plan.ts';
import type { RunId } from '../../science/result.ts';
import type { Tensors } from '../../science/tensors.ts';
import { animate } from '../motion/loop.ts';
import { endOf, frameAt, lengthOf, within, type Frame, type Phase, type Tempo } from '../motion/timeline.ts';
import type { Album } from './album.svelte.ts';
import type { Experiment } from './experiment.svelte.ts';
import type { Keeper } from './keeper.svelte.ts';
import { findRun, type Session, type SessionRun } from '../../sessions/session.ts';
import { runName, type LiveRun } from './live.svelte.ts';
import { cutFrom, isCut, travels, type LevelPhase } from './phases.ts';
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
    const transition = live === undefined ? null : this.transitionOf(live);
    if (!this.bench.transport.isCut || live === undefined || transition === null) return null;
    return this.travels(live.run) ? this.sceneOf(live.run, transition, live.mask) : null;
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
  /** Of the control on the stage, by its mask. */
  private workedOut = $state.raw<{ readonly mask: Mask; readonly transition: Transition } | null>(null);
  private working: { readonly mask: Mask; readonly done: Promise<void> } | null = null;
  private halt: () => void = () => undefined;

  /** `tempo` is asked before each motion: reduced motion may be switched on meanwhile. */
  constructor(
    private readonly bench: Bench,
    private readonly tempo: () => Tempo,
  ) {}

  /** Levels have begun: the motions of the one on the stage are played, if the stage follows training and is at rest. */
  began(runs: readonly LiveRun[]): void {
    const { selection } = this.bench;
    if (this.playing !== null || selection.level !== null) return;
    const shown = runName(selection.run);
    const live = runs.find(({ run }) => runName(run) === shown);
    if (live !== undefined) void this.enter(live);
  }

  private async enter(live: LiveRun): Promise<void> {
    const { selection, experiment, transport } = this.bench;
    const { run, mask } = live;
    // What trained is known at once; a control's way is worked out while it trains.
    if (live.transition === null) await this.workOut(live);
    const transition = this.transitionOf(live);
    if (transition === null || this.playing !== null || runName(selection.run) !== runName(run)) return;
    const isHurried = experiment.limit > run.level;
    const tempo = isHurried ? within(this.tempo(), HURRIED_MS) : this.tempo();
    this.play(this.sceneOf(run, transition, mask), this.travels(run) && !transport.isCut ? ['prune', 'rewind'] : ['prune'], tempo);
  }

  /** The cut was looked at for long enough: the survivors go back. */
  goBack(): void {
    const { run, live } = this.bench.selection;
    const transition = live === undefined ? null : this.transitionOf(live);
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
    if (live !== undefined) await this.workOut(live);
    const transition = live === undefined ? ((await studies.of(run))?.transition ?? null) : this.transitionOf(live);
    const mask = selection.picture?.mask;
    // Somebody may have turned to another level while it was worked out.
    if (runName(selection.run) !== runName(run)) return;
    if (transition === null || mask === undefined) this.missing = runName(run);
    else this.play(this.sceneOf(run, transition, mask), [phase], this.tempo());
  }

  /** Whether a run has come out of a parent by this motion. */
  canReplay(phase: Phase, run: RunId): boolean {
    return isCut(this.bench.plan, run) && (phase === 'prune' || this.travels(run));
  }

  stop(): void {
    this.halt();
    this.playing = null;
    this.bench.selection.held = null;
  }

  /** Sees to it that the parent's weights come, where the cut of them stands on the stage. */
  complete(): void {
    const parent = this.scene?.before === null ? this.parentOf(this.scene.run) : undefined;
    if (parent !== undefined) void this.bench.album.fetch(parent, this.bench.keeper.weights(this.bench.session));
  }

  /** Works out how a run in training came out of another, where its worker could not tell. */
  workOut({ run, transition, mask }: LiveRun): Promise<void> {
    if (transition !== null || !isCut(this.bench.plan, run)) return Promise.resolve();
    if (this.working?.mask !== mask) {
      const done = this.bench.studies.beginning(run, mask).then((found) => {
        if (this.working?.mask === mask) this.workedOut = found === null ? null : { mask, transition: found };
      });
      this.working = { mask, done };
    }
    return this.working.done;
  }

  private transitionOf({ transition, mask }: LiveRun): Transition | null {
    return transition ?? (this.workedOut?.mask === mask ? this.workedOut.transition : null);
  }

  private travels(run: RunId): boolean {
    return travels(this.bench.plan, run);
  }

  private parentOf(run: RunId): SessionRun | undefined {
    const { plan, session, branchId } = this.bench;
    return findRun(session, branchId, cutFrom(plan, run));
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
