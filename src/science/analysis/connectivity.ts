/** Whether the kept weights still lead anywhere: collapsed layers, and the share of weights on some way from input to output. */
import type { Layer, Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { bitsWhere, countBits, getBit, type Mask } from '../mask.ts';

/** Prunable parameters of which nothing is kept: the network's output no longer depends on its input (Tanaka et al. 2020). */
export const collapsedLayers = (model: Model, mask: Mask): string[] =>
  prunableParameters(model)
    .filter(({ name }) => countBits(mask[name]) === 0)
    .map(({ name }) => name);

type Dense = Extract<Layer, { kind: 'dense' }>;

/** The dense layers of a plain chain, input side first; null where the network has anything else that mixes units. */
function denseChain({ layers }: Model): readonly Dense[] | null {
  const isChain = layers.every(({ from }, index) => from.length === 1 && from[0] === (index === 0 ? 'input' : layers[index - 1].name));
  const dense = layers.filter((layer) => layer.kind === 'dense');
  return isChain && layers.every(({ kind }) => kind === 'dense' || kind === 'relu' || kind === 'tanh') ? dense : null;
}

/**
 * The mask without the weights that lie on no way of kept weights from an input to an output: those out of a unit that
 * no input reaches, and those into a unit that reaches no output (Vysogorets & Kempe 2023). A bias is no input.
 * Null for networks other than chains of dense layers.
 */
export function effectiveMask(model: Model, mask: Mask): Mask | null {
  const chain = denseChain(model);
  if (chain === null || chain.length === 0) return null;
  /** Units before each layer, that some input reaches. */
  const reached: Uint8Array[] = [new Uint8Array(chain[0].inputs).fill(1)];
  for (const [index, { weight, units, inputs }] of chain.entries()) {
    const next = new Uint8Array(units);
    for (let to = 0; to < units; to++)
      for (let from = 0; from < inputs && next[to] === 0; from++)
        if (reached[index][from] === 1 && getBit(mask[weight], to * inputs + from)) next[to] = 1;
    reached.push(next);
  }
  const effective: Record<string, Mask[string]> = {};
  /** Units after the layer at hand, that reach some output. */
  let useful = new Uint8Array(chain[chain.length - 1].units).fill(1);
  for (const [index, { weight, units, inputs }] of [...chain.entries()].reverse()) {
    const after = useful;
    const before = new Uint8Array(inputs);
    for (let to = 0; to < units; to++)
      for (let from = 0; from < inputs; from++) if (after[to] === 1 && getBit(mask[weight], to * inputs + from)) before[from] = 1;
    effective[weight] = bitsWhere(units * inputs, (at) => {
      const [to, from] = [Math.floor(at / inputs), at % inputs];
      return after[to] === 1 && reached[index][from] === 1 && getBit(mask[weight], at);
    });
    useful = before;
  }
  return Object.fromEntries(prunableParameters(model).map(({ name }) => [name, effective[name]]));
}
