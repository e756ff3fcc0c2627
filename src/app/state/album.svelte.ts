/** Pictures of runs for the stage, by run key: the last ones seen stay at hand, older ones are fetched from the notebook. */
import type { LayerHistogram } from '../../science/analysis/histogram.ts';
import type { Notebook } from '../../science/experiment.ts';
import type { Mask } from '../../science/mask.ts';
import type { RunResult } from '../../science/result.ts';
import type { RunOutcome } from '../../science/run.ts';
import type { Tensors } from '../../science/tensors.ts';
import type { LiveRun } from './live.svelte.ts';

export interface Picture {
  readonly mask: Mask;
  /** Null while a large network still trains. */
  readonly weights: Tensors | null;
  readonly histograms: readonly LayerHistogram[] | null;
  /** What the next level cuts from it; null where that is not known yet or nothing is cut. */
  readonly next: Mask | null;
}

/** A level's arms beside the dense network, and one more, where networks are small; of large ones, which take megabytes, fewer. */
const KEPT_PICTURES = { small: 6, large: 3 };
/** Weights of a small network. */
const SMALL = 20_000;

export class Album {
  private pictures = $state.raw<ReadonlyMap<string, Picture>>(new Map());
  /** Finished runs whose weights are not in the notebook. */
  private lost = $state.raw<ReadonlySet<string>>(new Set());
  private readonly histograms = new Map<string, readonly LayerHistogram[]>();
  private readonly fetching = new Set<string>();

  find(key: string): Picture | undefined {
    return this.pictures.get(key);
  }

  /** Whether a run was looked for in vain: a session's file may come without its weights. */
  isLost(key: string): boolean {
    return this.lost.has(key);
  }

  /** A run that was trained just now. */
  add({ result, mask, final }: RunOutcome, live: LiveRun | undefined): void {
    const { key } = result;
    if (live !== undefined && live.histograms !== null) this.histograms.set(key, live.histograms);
    this.put(key, { mask, weights: final.parameters, histograms: this.histograms.get(key) ?? null, next: live?.next ?? null });
  }

  /** Makes sure that a finished run's picture comes, where the notebook has its weights. */
  async fetch(result: RunResult, notebook: Pick<Notebook, 'find'>): Promise<void> {
    const { key } = result;
    if (this.pictures.has(key) || this.fetching.has(key) || this.lost.has(key)) return;
    this.fetching.add(key);
    const outcome = await notebook.find(key);
    // Cleared meanwhile: another session is on the bench.
    if (!this.fetching.delete(key)) return;
    if (outcome === null) {
      this.lost = new Set([...this.lost, key]);
      return;
    }
    this.put(key, { mask: outcome.mask, weights: outcome.final.parameters, histograms: this.histograms.get(key) ?? null, next: null });
  }

  /** What had to be worked out again of a finished run. */
  complete(key: string, histograms: readonly LayerHistogram[], next: Mask | null): void {
    const picture = this.pictures.get(key);
    this.histograms.set(key, histograms);
    if (picture !== undefined) this.put(key, { ...picture, histograms, next });
  }

  clear(): void {
    this.pictures = new Map();
    this.lost = new Set();
    this.histograms.clear();
    this.fetching.clear();
  }

  private put(key: string, picture: Picture): void {
    if (this.lost.has(key)) this.lost = new Set([...this.lost].filter((other) => other !== key));
    const pictures = new Map(this.pictures);
    pictures.delete(key);
    pictures.set(key, picture);
    const weights = Object.values(picture.mask).reduce((sum, { size }) => sum + size, 0);
    const most = weights <= SMALL ? KEPT_PICTURES.small : KEPT_PICTURES.large;
    for (const oldest of [...pictures.keys()].slice(0, -most)) pictures.delete(oldest);
    this.pictures = pictures;
  }
}
