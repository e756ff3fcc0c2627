/** Tests the graphics card once; the page ends it. */
import { LabError } from '../science/errors.ts';
import { selfTest, type SelfTest } from './self-test.ts';

export type SelfTestReply = { readonly progress: number } | { readonly result: SelfTest } | { readonly failure: string };

const reply = (message: SelfTestReply): void => self.postMessage(message);

selfTest(navigator.userAgent, navigator.hardwareConcurrency, (progress) => reply({ progress })).then(
  (result) => reply({ result }),
  (error: unknown) => reply({ failure: error instanceof LabError || error instanceof Error ? error.message : String(error) }),
);
