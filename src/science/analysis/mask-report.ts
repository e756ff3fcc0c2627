/** Everything that a ticket's mask and weights tell without training: one row a layer, and one of all together. */
import type { Model } from '../../models/model.ts';
import { prunableParameters } from '../../models/model.ts';
import { countBits, density, type Mask } from '../mask.ts';
import type { Tensors } from '../tensors.ts';
import { collapsedLayers, effectiveMask } from './connectivity.ts';
import { distances } from './distance.ts';
import { overlaps, type Overlap } from './overlap.ts';
import { signAgreement } from './signs.ts';

export interface MaskRow {
  /** Null: all prunable parameters together. */
  readonly parameter: string | null;
  readonly density: number;
  /** Share of the weights on some way from input to output; null where the network is no chain of dense layers. */
  readonly effectiveDensity: number | null;
  readonly signAgreement: number;
  /** L2, of the kept weights from start to end of training. */
  readonly distance: number;
  readonly relativeDistance: number | null;
}

/** A mask to hold the ticket's against, such as another seed's. */
export interface OtherMask {
  readonly kind: 'level' | 'seed' | 'branch';
  /** The level, the seed, or the branch's name. */
  readonly name: string;
  readonly mask: Mask;
}

export interface MaskReport {
  readonly rows: readonly MaskRow[];
  /** Parameters of which nothing is kept. */
  readonly collapsed: readonly string[];
  readonly overlaps: readonly { readonly kind: OtherMask['kind']; readonly name: string; readonly layers: readonly Overlap[] }[];
}

export function maskReport(model: Model, mask: Mask, start: Tensors, final: Tensors, others: readonly OtherMask[]): MaskReport {
  const effective = effectiveMask(model, mask);
  const signs = signAgreement(model, mask, start, final);
  const ways = distances(model, mask, start, final);
  const kept = signs.reduce((sum, one) => sum + one.kept, 0);
  const layers = prunableParameters(model).map(({ name, size }, index): MaskRow => ({
    parameter: name,
    density: signs[index].kept / size,
    effectiveDensity: effective === null ? null : countBits(effective[name]) / size,
    signAgreement: signs[index].share,
    distance: ways[index].length,
    relativeDistance: ways[index].relative,
  }));
  const whole = ways[ways.length - 1];
  const all: MaskRow = {
    parameter: null,
    density: density(mask),
    effectiveDensity: effective === null ? null : density(effective),
    signAgreement: kept === 0 ? 1 : signs.reduce((sum, one) => sum + one.kept * one.share, 0) / kept,
    distance: whole.length,
    relativeDistance: whole.relative,
  };
  return {
    rows: [...layers, all],
    collapsed: collapsedLayers(model, mask),
    overlaps: others.map(({ kind, name, mask: other }) => ({ kind, name, layers: overlaps(model, mask, other) })),
  };
}
