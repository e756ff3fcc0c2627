/**
 * The training loss on a plane through the trained network: θ + a·d₁ + b·d₂ for two random filter-normalised directions
 * within the ticket's mask (Li et al. 2018), from the streams `slice/1` and `slice/2` of the seed.
 */
import { lossExamples, type AnalysisBench } from './bench.ts';
import { combined, filterNormalised } from './directions.ts';

/** Points a side; odd, so that the network itself is the middle. */
export const SLICE_POINTS = 15;
/** The slice reaches from −1 to 1 along both directions: as far as the filters are long. */
const REACH = 1;

export interface LossSlice {
  /** Coordinates a and b alike, ascending. */
  readonly at: readonly number[];
  /** Mean cross-entropy on the first training examples (`LOSS_EXAMPLES`), row after row: b by row, a within; null where it is no number. */
  readonly loss: readonly (number | null)[];
}

export async function lossSlice(bench: AnalysisBench, points = SLICE_POINTS): Promise<LossSlice> {
  const { trainer, control, model, drawing, run, final, steps } = bench;
  const { parameters, buffers } = final;
  const [one, other] = ['slice/1', 'slice/2'].map((name) => filterNormalised(model, drawing.mask, parameters, run.seed, name));
  trainer.start(0, { snapshot: final, planes: drawing.planes, batches: bench.batches('order'), position: steps, rateAt: drawing.rateAt });
  const at = Array.from({ length: points }, (_, index) => (REACH * (2 * index - (points - 1))) / (points - 1));
  const loss: (number | null)[] = [];
  for (const b of at) {
    for (const a of at) {
      const moved = combined(model, [
        [1, parameters],
        [a, one],
        [b, other],
      ]);
      trainer.write(0, { parameters: moved, buffers });
      const { loss: value } = await trainer.metrics(0, lossExamples(bench), control);
      loss.push(Number.isFinite(value) ? value : null);
      bench.progress(loss.length / (points * points));
    }
  }
  return { at, loss };
}
