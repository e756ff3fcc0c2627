/** Answers in a process of Node what a browser's worker answers elsewhere: WebGPU is the optional package's. */
import { dawn } from '../../../src/worker/node-gpu.ts';
import { answerWebgpu, type WebgpuRequest } from './webgpu-questions.ts';

Object.defineProperty(globalThis, 'navigator', { value: { gpu: dawn }, configurable: true });
// From here on the classes of WebGPU are known.
await dawn.requestAdapter();

process.on('message', (request: WebgpuRequest) => {
  answerWebgpu(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.('ready');
