/** What the webgpu engine is asked, wherever it runs: in a browser's worker or in Node. */
import { probe, type Found, type Probe } from './graphics-contract.ts';
import { compare, type Case, type Distances } from './graphics.ts';
import { conductRecipe, type Conducted, type Order } from './side-by-side.ts';

export type WebgpuRequest = { readonly compare: readonly Case[] } | { readonly contract: Probe } | { readonly conduct: Order };
export type WebgpuReply =
  { readonly distances: readonly Distances[] } | { readonly found: Found[Probe] } | { readonly conducted: Conducted };

export async function answerWebgpu(request: WebgpuRequest): Promise<WebgpuReply> {
  if ('compare' in request) return { distances: await compare(request.compare) };
  if ('contract' in request) return { found: await probe(request.contract) };
  return { conducted: await conductRecipe(request.conduct) };
}
