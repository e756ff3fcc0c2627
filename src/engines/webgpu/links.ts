/** A perceptron's layers as the chain that the kernels work along: dense layers, each with the activation behind it. */
import type { Model } from '../../models/model.ts';
import type { Traits } from './gpu.ts';
import { listLayout } from './kernels/listed.ts';
import type { Link } from './pass.ts';

/**
 * Up to which share of a layer's weights going by lists is faster than going through the whole matrix, as measured on a
 * software adapter. Graphics cards lose more by reading in disorder; for them it is an estimate on the safe side.
 */
const LISTED_UP_TO = { software: 0.35, hardware: 0.1 } as const;

export function linksOf(model: Model, traits: Traits): readonly Link[] {
  const share = traits.isSoftware ? LISTED_UP_TO.software : LISTED_UP_TO.hardware;
  return model.layers.flatMap((layer, index): Link[] => {
    if (layer.kind !== 'dense') return [];
    const next = index + 1 < model.layers.length ? model.layers[index + 1].kind : 'dense';
    const lists = listLayout(layer.inputs, layer.units, Math.floor(share * layer.inputs * layer.units));
    return [{ layer, activation: next === 'relu' || next === 'tanh' ? next : 'none', lists }];
  });
}
