/** Trains in a worker, as the lab does. */
import { wasmPaths } from '../../../src/engines/tfjs/wasm-paths.ts';
import { usableBackends, type TfjsBackend } from '../../../src/engines/probe.ts';
import { fingerprints } from './fingerprints.ts';
import { train, trainAfterLoss, type CaseName, type Trained } from './cases.ts';
import { answerWebgpu, type WebgpuReply, type WebgpuRequest } from './webgpu-questions.ts';

export type Request =
  | { readonly probe: true }
  | { readonly fingerprints: true }
  | WebgpuRequest
  | { readonly lose: 'webgpu' | 'webgl' }
  | { readonly backend: TfjsBackend; readonly name: CaseName };
export type Reply =
  | { readonly fingerprints: Awaited<ReturnType<typeof fingerprints>> }
  | { readonly usable: readonly TfjsBackend[] }
  | { readonly lost: Awaited<ReturnType<typeof trainAfterLoss>> }
  | WebgpuReply
  | { readonly trained: Trained }
  | { readonly error: string };

async function answer(request: Request): Promise<Reply> {
  if ('probe' in request) return { usable: await usableBackends() };
  if ('fingerprints' in request) return { fingerprints: await fingerprints() };
  if ('lose' in request) return { lost: await trainAfterLoss(request.lose) };
  if ('backend' in request) return { trained: await train(request.backend, request.name, wasmPaths) };
  return answerWebgpu(request);
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (reply) => postMessage(reply),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});
