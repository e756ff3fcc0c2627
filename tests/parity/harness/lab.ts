/** The lab's own pool of web workers: as many as the processors allow (worker/width.ts). */
import { openLab } from '../../../src/worker/browser.ts';
import { conductedBy, type Rows } from '../../support/experiments.ts';

export function conduct(workers: number): Promise<Rows> {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: workers === 1 ? 1 : workers + 1, configurable: true });
  return conductedBy(openLab, workers);
}
