/** The layers with matrices, dense and convolutional: rows of weights, one row an output unit or channel. */
import type { Layer, Model } from '../../models/model.ts';
import { listLayout, type ListLayout } from './kernels/list-layout.ts';

type MatrixLayer = Extract<Layer, { readonly kind: 'dense' | 'conv2d' }>;

export interface Matrix {
  readonly layer: MatrixLayer;
  readonly rows: number;
  /** Weights of a row. */
  readonly columns: number;
  /** Rows of the transposed matrix: features of one position that it reads. */
  readonly channels: number;
  readonly lists: ListLayout;
}

/**
 * Up to which share of a layer's weights going by lists is faster than going through the whole matrix, as measured on a
 * software adapter. Graphics cards lose more by reading in disorder; for them it is an estimate on the safe side.
 */
export const LISTED_UP_TO = { software: 0.35, hardware: 0.1 } as const;

const isMatrix = (layer: Layer): layer is MatrixLayer => layer.kind === 'dense' || layer.kind === 'conv2d';

/** In order of computation; `share` of a layer's weights is the most that its lists have room for. */
export function matricesOf(model: Model, share: number): readonly Matrix[] {
  return model.layers.filter(isMatrix).map((layer) => {
    const isDense = layer.kind === 'dense';
    const rows = isDense ? layer.units : layer.output.channels;
    const channels = isDense ? layer.inputs : layer.input.channels;
    const columns = isDense ? layer.inputs : layer.kernel * layer.kernel * channels;
    const capacity = Math.floor(share * rows * columns);
    return { layer, rows, columns, channels, lists: listLayout(rows, channels, capacity, layer.bias !== null) };
  });
}
