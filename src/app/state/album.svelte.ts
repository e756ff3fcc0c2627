/** Pictures of runs for the stage: the last ones seen stay at hand, older ones are fetched from the notebook. */
import type { LayerHistogram } from '../../science/analysis/histogram.ts';
import type { Notebook } from '../../science/experiment.ts';
import type { Mask } from '../../science/mask.ts';
import type { RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { Tensors } from '../../science/tensors.ts';
import { runName, type LiveRun } from './live.svelte.ts';

export interface Picture {
  readonly mask: Mask;
  /** Null while a large network still trains. */
  readonly weights: Tensors | null;
  readonly histograms: readonly LayerHistogram[] | null;
}

/** A level's arms beside the dense network, and one more. Masks and weights take megabytes; histograms next to nothing. */
const KEPT_PICTURES = 6;

export class Album {
  private pictures = $state.raw<ReadonlyMap<string, Picture>>(new Map());
  /** Finished runs whose weights are not in the notebook. */
  private lost = $state.raw<ReadonlySet<string>>(new Set());
  private readonly histograms = new Map<string, readonly LayerHistogram[]>();
  private readonly fetching = new Set<string>();

  find(name: string): Picture | undefined {
    return this.pictures.get(name);
  }

  /** Whether a run was looked for in vain: a session's file may come without its weights. */
  isLost(name: string): boolean {
    return this.lost.has(name);
  }

  /** A run that was trained just now. */
  add({ result, mask, final }: RunOutcome, live: LiveRun | undefined): void {
    const name = runName(result);
    if (live !== undefined && live.histograms !== null) this.histograms.set(name, live.histograms);
    this.put(name, { mask, weights: final.parameters, histograms: this.histograms.get(name) ?? null });
  }

  /** Makes sure that a finished run's picture comes, where the notebook has its weights. */
  async fetch(result: RunResult, notebook: Notebook): Promise<void> {
    const name = runName(result);
    if (this.pictures.has(name) || this.fetching.has(name) || this.lost.has(name)) return;
    this.fetching.add(name);
    const outcome = await notebook.find(result.key);
    // Cleared meanwhile: another session's runs go by the same names.
    if (!this.fetching.delete(name)) return;
    if (outcome === null) {
      this.lost = new Set([...this.lost, name]);
      return;
    }
    this.put(name, { mask: outcome.mask, weights: outcome.final.parameters, histograms: this.histograms.get(name) ?? null });
  }

  clear(): void {
    this.pictures = new Map();
    this.lost = new Set();
    this.histograms.clear();
    this.fetching.clear();
  }

  private put(name: string, picture: Picture): void {
    if (this.lost.has(name)) this.lost = new Set([...this.lost].filter((other) => other !== name));
    const pictures = new Map(this.pictures);
    pictures.delete(name);
    pictures.set(name, picture);
    for (const oldest of [...pictures.keys()].slice(0, -KEPT_PICTURES)) pictures.delete(oldest);
    this.pictures = pictures;
  }
}
