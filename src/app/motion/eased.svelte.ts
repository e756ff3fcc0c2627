/** A histogram's bars on their way to the newest frame. */
import { between, type Bars } from './bars.ts';
import { animate } from './loop.ts';

export class EasedBars {
  shown = $state.raw<Bars | null>(null);
  private stop: () => void = () => undefined;

  /** Linearly, in so many milliseconds; at once where there is nothing to come from or the bins are others. */
  to(bars: Bars | null, milliseconds: number): void {
    this.stop();
    const from = this.shown;
    if (bars === null || from?.limit !== bars.limit || milliseconds === 0) {
      this.shown = bars;
      return;
    }
    let began: number | null = null;
    this.stop = animate((now) => {
      began ??= now;
      const share = Math.min(1, (now - began) / milliseconds);
      this.shown = between(from, bars, share);
      return share < 1;
    });
  }
}
