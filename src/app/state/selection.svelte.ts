/** Which run the stage shows: what trains now, or the level, arm and seed that somebody chose. */
import type { Arm, Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import { findRun, TRUNK, type Session } from '../../sessions/session.ts';
import { modelOf } from '../../science/recipe/model.ts';
import { denseMask } from '../../science/mask.ts';
import type { SharedSession } from '../../sessions/link.ts';
import type { Album, Picture } from './album.svelte.ts';
import type { Experiment } from './experiment.svelte.ts';
import { runName, type LiveRun } from './live.svelte.ts';

/** Of the lab, what a selection looks at. */
interface Bench {
  readonly recipe: Recipe;
  readonly session: Session;
  readonly experiment: Experiment;
  readonly album: Album;
  readonly shared: SharedSession | null;
}

export class Selection {
  /** Null: the level that trains, or was trained last. */
  level = $state<number | null>(null);
  /** Null: whichever trains. */
  arm = $state<Arm | null>(null);
  seed = $state<number | null>(null);

  constructor(private readonly bench: Bench) {}

  /** The run on the stage. */
  readonly run: RunId = $derived.by(() => this.choose());
  readonly live: LiveRun | undefined = $derived.by(() => this.bench.experiment.live.find(this.run));
  readonly result: RunResult | undefined = $derived.by(() => findRun(this.bench.session, TRUNK, this.run));
  readonly picture: Picture | undefined = $derived.by(() =>
    this.live === undefined
      ? (this.bench.album.find(runName(this.run)) ?? sharedPicture(this.bench.shared, this.run))
      : { mask: this.live.mask, weights: null, histograms: this.live.histograms },
  );

  reset(): void {
    this.level = this.arm = this.seed = null;
  }

  /** Back to the level that trains. */
  follow(): void {
    this.level = null;
  }

  /** A level, or the nearest that the recipe has. */
  show(level: number): void {
    this.level = Math.max(0, Math.min(this.bench.recipe.pruning.levels, level));
  }

  /** The level before or after the one shown. */
  move(by: number): void {
    this.show(this.run.level + by);
  }

  private choose(): RunId {
    const { recipe, session, experiment, shared } = this.bench;
    const fits = (run: RunId): boolean =>
      (this.level === null || run.level === this.level) &&
      (this.arm === null || run.arm === this.arm || run.level === 0) &&
      (this.seed === null || run.seed === this.seed);
    const live: readonly LiveRun[] = experiment.live.runs.filter(({ run }) => fits(run));
    const shown: LiveRun | undefined = live.find(({ run }) => run.arm === 'ticket') ?? live.at(0);
    const last = this.level === null ? session.runs.findLast(fits) : undefined;
    const known = shown?.run ?? last;
    if (known !== undefined) return { seed: known.seed, arm: known.arm, level: known.level };
    // Of a link, its sparsest tickets: what was drawn.
    const level = this.level ?? Math.max(0, ...(shared?.figures.map((run) => run.level) ?? []));
    return { level, arm: level === 0 ? 'ticket' : (this.arm ?? 'ticket'), seed: this.seed ?? recipe.seeds[0] };
  }
}

/** The mask that came with a link; of level 0, which keeps everything, where masks came at all. */
function sharedPicture(shared: SharedSession | null, { seed, arm, level }: RunId): Picture | undefined {
  if (shared === null || shared.masks.length === 0 || arm !== 'ticket') return undefined;
  const known = shared.masks.find((one) => one.seed === seed && one.level === level)?.mask;
  const mask = level === 0 ? denseMask(modelOf(shared.recipe)) : known;
  return mask === undefined ? undefined : { mask, weights: null, histograms: null };
}
