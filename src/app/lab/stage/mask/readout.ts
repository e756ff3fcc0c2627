/** One weight of a layer in words: where it is, and its value, or that it was pruned. */
import { m } from '../../../../paraglide/messages.js';
import { getBit, type Bits } from '../../../../science/mask.ts';
import type { Place } from '../../../charts/zoom.ts';
import { fixed, integer } from '../../../format.ts';
import type { StageLayer } from '../layers.ts';

/** Units, inputs, pixel rows and columns count from 1. */
export function readout(layer: StageLayer, bits: Bits, values: Float32Array | null, { row, column }: Place): string {
  const index = row * layer.inputs + column;
  const place = placeName(layer, { row, column });
  if (!getBit(bits, index)) return m.stage_mask_pruned({ place });
  return values === null ? m.stage_mask_kept({ place }) : m.stage_mask_value({ place, value: fixed(values[index], 4) });
}

function placeName({ image }: StageLayer, { row, column }: Place): string {
  const unit = integer(row + 1);
  if (image === null) return m.stage_mask_at({ unit, input: integer(column + 1) });
  const pixel = Math.floor(column / image.channels);
  const where = { unit, row: Math.floor(pixel / image.width) + 1, column: (pixel % image.width) + 1 };
  return image.channels === 1
    ? m.stage_mask_at_pixel(where)
    : m.stage_mask_at_channel({ ...where, channel: (column % image.channels) + 1 });
}
