/** Named float32 values in canonical layout (models/model.ts): what crosses every boundary. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** Everything of a network that a rewind brings back: parameters and untrained buffers. */
export interface Snapshot {
  readonly parameters: Tensors;
  readonly buffers: Tensors;
}

/** Metrics by name, e.g. `{ accuracy: 0.98, loss: 0.07 }`; accuracies are shares in 0..1. */
export type Metrics = Readonly<Record<string, number>>;
