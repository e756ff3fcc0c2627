/** What is worked out again of runs that have ended, from what the notebook kept of them and of the runs they grew from. */
import { isCutNext } from '../../science/analysis/next-cut.ts';
import type { Ancestors } from '../../science/draw.ts';
import { rewindPoints } from '../../science/experiment.ts';
import { parentLevel } from '../../science/prune/prune.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import { findRun, TRUNK, type Session } from '../../sessions/session.ts';
import type { Student, Study } from '../../worker/study.ts';
import type { Album, Picture } from './album.svelte.ts';
import type { Keeper } from './keeper.svelte.ts';
import { runName } from './live.svelte.ts';

/** Of the lab, what studies look at. */
interface Bench {
  readonly recipe: Recipe;
  readonly session: Session;
  readonly keeper: Keeper;
  readonly album: Album;
}

export class Studies {
  private readonly underWay = new Set<string>();

  constructor(
    private readonly bench: Bench,
    private readonly student: Student,
  ) {}

  /** Null where the weights of the run, or of one it grew from, are not kept here. */
  async of(run: RunId): Promise<Study | null> {
    const { recipe } = this.bench;
    const own = await this.outcome(run);
    const ancestors = run.level === 0 ? null : await this.ancestors(recipe, run);
    if (own === null || (run.level > 0 && ancestors === null)) return null;
    return this.student({ recipe, run, ancestors, final: own.final.parameters });
  }

  /** Completes a run's picture in the album, where something is missing and can be had. */
  async complete(run: RunId, picture: Picture): Promise<void> {
    const name = runName(run);
    const isWhole = picture.histograms !== null && (picture.next !== null || !isCutNext(this.bench.recipe, run));
    if (isWhole || this.underWay.has(name)) return;
    this.underWay.add(name);
    const { session } = this.bench;
    const study = await this.of(run).finally(() => this.underWay.delete(name));
    // Another session's runs go by the same names.
    if (study !== null && session.branches === this.bench.session.branches) this.bench.album.complete(run, study.histograms, study.next);
  }

  private async ancestors(recipe: Recipe, { seed, level }: RunId): Promise<Ancestors | null> {
    const parent = await this.outcome({ seed, arm: 'ticket', level: parentLevel(recipe.pruning, level) });
    if (parent === null) return null;
    const points = rewindPoints(recipe);
    const dense = points.length === 0 ? null : await this.outcome({ seed, arm: 'ticket', level: 0 });
    const rewindPoint = dense?.kept[points[0]] ?? null;
    if (points.length > 0 && rewindPoint === null) return null;
    return { parent: { mask: parent.mask, final: parent.final }, rewindPoint };
  }

  private async outcome(run: RunId): Promise<RunOutcome | null> {
    const result: RunResult | undefined = findRun(this.bench.session, TRUNK, run);
    return result === undefined ? null : this.bench.keeper.notebook().find(result.key);
  }
}
