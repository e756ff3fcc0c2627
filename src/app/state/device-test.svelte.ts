/** The test of the visitor's graphics card: how far it is and what it found, for as long as the page is open. */
import { testDevice } from '../../worker/browser.ts';
import type { SelfTest } from '../../worker/self-test.ts';

export class DeviceTest {
  /** Done so far, 0..1; null while none is under way. */
  share = $state.raw<number | null>(null);
  result = $state.raw<SelfTest | null>(null);
  failure = $state.raw('');

  async run(): Promise<void> {
    if (this.share !== null) return;
    this.share = 0;
    this.result = null;
    this.failure = '';
    try {
      this.result = await testDevice((share) => (this.share = share));
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      this.share = null;
    }
  }
}
