/**
 * Who needs what only images need: half of the engine, which a page that trains something in the plane does not fetch.
 */
import type { LayerKind } from '../../models/model.ts';
import type { TrainerPlan } from '../../science/trainer.ts';
import type { images } from './images.ts';

export type Images = typeof images;

const layers: ReadonlySet<LayerKind> = new Set(['max-pool', 'average-pool', 'global-average-pool', 'batch-norm']);

/** Bytes are images; a network of other data may have their layers. */
export const needsImages = ({ model, task }: Pick<TrainerPlan, 'model' | 'task'>): boolean =>
  task.inputs.kind === 'bytes' || model.layers.some(({ kind }) => layers.has(kind));

/** What a trainer that needs it was given. */
export function given(images: Images | null): Images {
  if (images === null) throw new Error('what images need was not fetched');
  return images;
}
