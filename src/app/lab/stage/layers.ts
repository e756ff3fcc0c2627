/** The prunable layers of a model as the stage shows them. */
import { prunableParameters, type Model, type Shape } from '../../../models/model.ts';
import { m } from '../../../paraglide/messages.js';

export interface StageLayer {
  /** Its prunable parameter. */
  readonly parameter: string;
  readonly name: string;
  /** Rows of its matrix, one an output. */
  readonly units: number;
  /** Columns of its matrix. */
  readonly inputs: number;
  readonly size: number;
  /** Where its inputs are an image: the image's shape. */
  readonly image: Shape | null;
}

export function stageLayers(model: Model): StageLayer[] {
  return prunableParameters(model).map(({ name, layer, shape, size }, index) => {
    const reader = model.layers.find((one) => one.name === layer);
    const looksAtData = reader?.from.length === 1 && reader.from[0] === 'input';
    const isImage = looksAtData && model.input.height > 1 && model.input.width > 1;
    return {
      parameter: name,
      name: model.rateGroups[name] === 'output' ? m.app_layer_output() : m.app_layer({ number: index + 1 }),
      units: shape[0],
      inputs: size / shape[0],
      size,
      image: isImage ? model.input : null,
    };
  });
}
