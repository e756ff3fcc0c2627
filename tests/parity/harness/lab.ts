/** The lab's own pool of web workers, of which a page has one fewer than the machine has cores. */
import { openLab } from '../../../src/worker/browser.ts';
import { conductedBy, type Rows } from '../../support/experiments.ts';

export function conduct(workers: number): Promise<Rows> {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: workers + 1, configurable: true });
  return conductedBy(openLab, workers);
}
