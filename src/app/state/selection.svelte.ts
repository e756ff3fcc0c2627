/** Which run the stage shows: what trains now, or the level, arm and seed that somebody chose. */
import type { Arm, Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import { findRun, type Session, type SessionRun } from '../../sessions/session.ts';
import { modelOf } from '../../science/recipe/model.ts';
import { denseMask } from '../../science/mask.ts';
import type { SharedSession } from '../../sessions/link.ts';
import { isAlong } from '../../sessions/link/along.ts';
import type { Album, Picture } from './album.svelte.ts';
import { runName, type LiveRun } from './live.svelte.ts';

/** Of the lab, what a selection looks at. */
interface Bench {
  readonly recipe: Recipe;
  readonly session: Session;
  readonly branchId: string;
  /** Runs along the branch: trained, and training now. */
  readonly runs: readonly SessionRun[];
  readonly live: readonly LiveRun[];
  readonly album: Album;
  readonly shared: SharedSession | null;
}

export class Selection {
  /** Null: the level that trains, or was trained last. */
  level = $state<number | null>(null);
  /** Null: whichever trains. */
  arm = $state<Arm | null>(null);
  seed = $state<number | null>(null);
  /** The run whose motion plays: it stays on the stage until that is over. */
  held = $state.raw<RunId | null>(null);

  constructor(private readonly bench: Bench) {}

  /** The run on the stage. */
  readonly run: RunId = $derived.by(() => this.choose());
  readonly live: LiveRun | undefined = $derived.by(() => this.bench.live.find(({ run }) => runName(run) === runName(this.run)));
  readonly result: RunResult | undefined = $derived.by(() => findRun(this.bench.session, this.bench.branchId, this.run));
  readonly picture: Picture | undefined = $derived.by(() =>
    this.live === undefined
      ? (this.bench.album.find(this.result?.key ?? '') ?? sharedPicture(this.bench, this.run))
      : { mask: this.live.mask, weights: this.live.parameters, histograms: this.live.histograms, next: this.live.next },
  );

  reset(): void {
    this.level = this.arm = this.seed = this.held = null;
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

  /** Of the highest level with runs, the ticket's where there is one. */
  private newest(runs: readonly RunId[]): RunId | undefined {
    const level = Math.max(...runs.map((run) => run.level));
    return runs.findLast((run) => run.level === level && run.arm === 'ticket') ?? runs.findLast((run) => run.level === level);
  }

  private choose(): RunId {
    if (this.held !== null) return this.held;
    const { recipe, runs, live: training, shared } = this.bench;
    const fits = (run: RunId): boolean =>
      (this.level === null || run.level === this.level) &&
      (this.arm === null || run.arm === this.arm || run.level === 0) &&
      (this.seed === null || run.seed === this.seed);
    const live: readonly LiveRun[] = training.filter(({ run }) => fits(run));
    const shown: LiveRun | undefined =
      first(
        recipe.seeds,
        live.filter(({ run }) => run.arm === 'ticket'),
      ) ?? live.at(0);
    const last = this.level === null ? this.newest(runs.filter(fits)) : undefined;
    const known = shown?.run ?? last;
    if (known !== undefined) return { seed: known.seed, arm: known.arm, level: known.level };
    // Of a link, its sparsest tickets: what was drawn.
    const level = this.level ?? Math.max(0, ...(shared?.figures.map((run) => run.level) ?? []));
    return { level, arm: level === 0 ? 'ticket' : (this.arm ?? 'ticket'), seed: this.seed ?? recipe.seeds[0] };
  }
}

/** Of the tickets in training, the one of the first seed: the stage does not jump between seeds while that one goes on. */
const first = (seeds: readonly number[], tickets: readonly LiveRun[]): LiveRun | undefined =>
  tickets.toSorted((one, other) => seeds.indexOf(one.run.seed) - seeds.indexOf(other.run.seed)).at(0);
/** The mask that came with a link; of level 0, which keeps everything, where masks came at all. */
function sharedPicture({ shared, session, branchId }: Bench, { seed, arm, level }: RunId): Picture | undefined {
  if (shared === null || shared.masks.length === 0 || arm !== 'ticket' || !isAlong(shared, session, branchId, level)) return undefined;
  const known = shared.masks.find((one) => one.seed === seed && one.level === level)?.mask;
  const mask = level === 0 ? denseMask(modelOf(shared.recipe)) : known;
  return mask === undefined ? undefined : { mask, weights: null, histograms: null, next: null };
}
