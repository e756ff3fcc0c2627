/** Pictures of runs for the stage: the last ones seen stay at hand, older ones are fetched from the notebook. */
import type { LayerHistogram } from '../../science/analysis/histogram.ts';
import type { Notebook } from '../../science/experiment.ts';
import type { Mask } from '../../science/mask.ts';
import type { RunId, RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { Tensors } from '../../science/tensors.ts';
import { runName, type LiveRun } from './live.svelte.ts';

export interface Picture {
  readonly mask: Mask;
  /** Null while the run still trains. */
  readonly weights: Tensors | null;
  readonly histograms: readonly LayerHistogram[] | null;
  /** What the next level cuts from it; null where that is not known yet or nothing is cut. */
  readonly next: Mask | null;
}

/** Masks and weights take megabytes; histograms next to nothing. */
const KEPT_PICTURES = 4;

export class Album {
  private pictures = $state.raw<ReadonlyMap<string, Picture>>(new Map());
  private readonly histograms = new Map<string, readonly LayerHistogram[]>();
  private readonly fetching = new Set<string>();

  find(name: string): Picture | undefined {
    return this.pictures.get(name);
  }

  /** A run that was trained just now. */
  add({ result, mask, final }: RunOutcome, live: LiveRun | undefined): void {
    const name = runName(result);
    if (live !== undefined && live.histograms !== null) this.histograms.set(name, live.histograms);
    this.put(name, { mask, weights: final.parameters, histograms: this.histograms.get(name) ?? null, next: live?.next ?? null });
  }

  /** Makes sure that a finished run's picture comes, where the notebook has its weights. */
  async fetch(result: RunResult, notebook: Notebook): Promise<void> {
    const name = runName(result);
    if (this.pictures.has(name) || this.fetching.has(name)) return;
    this.fetching.add(name);
    const outcome = await notebook.find(result.key);
    // Cleared meanwhile: another session's runs go by the same names.
    if (!this.fetching.delete(name) || outcome === null) return;
    const histograms = this.histograms.get(name) ?? null;
    this.put(name, { mask: outcome.mask, weights: outcome.final.parameters, histograms, next: null });
  }

  /** What had to be worked out again of a finished run. */
  complete(run: RunId, histograms: readonly LayerHistogram[], next: Mask | null): void {
    const name = runName(run);
    const picture = this.pictures.get(name);
    this.histograms.set(name, histograms);
    if (picture !== undefined) this.put(name, { ...picture, histograms, next });
  }

  clear(): void {
    this.pictures = new Map();
    this.histograms.clear();
    this.fetching.clear();
  }

  private put(name: string, picture: Picture): void {
    const pictures = new Map(this.pictures);
    pictures.delete(name);
    pictures.set(name, picture);
    for (const oldest of [...pictures.keys()].slice(0, -KEPT_PICTURES)) pictures.delete(oldest);
    this.pictures = pictures;
  }
}
