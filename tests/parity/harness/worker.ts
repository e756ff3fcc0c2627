/** Trains in a worker, as the lab does. */
import { wasmPaths } from '../../../src/engines/tfjs/wasm-paths.ts';
import { usableBackends, type TfjsBackend } from '../../../src/engines/probe.ts';
import { fingerprints } from './fingerprints.ts';
import { probe, type Found, type Probe } from './graphics-contract.ts';
import { compare, type Case, type Distances } from './graphics.ts';
import { conductRecipe, type Conducted, type Order } from './side-by-side.ts';
import { train, trainAfterLoss, type CaseName, type Trained } from './cases.ts';

export type Request =
  | { readonly probe: true }
  | { readonly fingerprints: true }
  | { readonly compare: readonly Case[] }
  | { readonly contract: Probe }
  | { readonly conduct: Order }
  | { readonly lose: 'webgpu' | 'webgl' }
  | { readonly backend: TfjsBackend; readonly name: CaseName };
export type Reply =
  | { readonly fingerprints: Awaited<ReturnType<typeof fingerprints>> }
  | { readonly usable: readonly TfjsBackend[] }
  | { readonly lost: Awaited<ReturnType<typeof trainAfterLoss>> }
  | { readonly distances: readonly Distances[] }
  | { readonly found: Found[Probe] }
  | { readonly conducted: Conducted }
  | { readonly trained: Trained }
  | { readonly error: string };

async function answer(request: Request): Promise<Reply> {
  if ('probe' in request) return { usable: await usableBackends() };
  if ('fingerprints' in request) return { fingerprints: await fingerprints() };
  if ('compare' in request) return { distances: await compare(request.compare) };
  if ('contract' in request) return { found: await probe(request.contract) };
  if ('conduct' in request) return { conducted: await conductRecipe(request.conduct) };
  if ('lose' in request) return { lost: await trainAfterLoss(request.lose) };
  return { trained: await train(request.backend, request.name, wasmPaths) };
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (reply) => postMessage(reply),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});
