/**
 * A network as data: its layers, its parameters and their canonical layout.
 * Nothing here computes; engines read it, science prunes by it, views draw it.
 *
 * Canonical layouts (what crosses every boundary, is hashed and stored):
 * - dense weight  [outputs][inputs], row-major: one row per output unit
 * - conv2d weight [outputChannels][kernelHeight][kernelWidth][inputChannels]
 * - vectors       [units] or [channels]
 * - activations   images as [height][width][channels]; flattening keeps that order
 */

export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What an initialiser draws for a parameter (see science/init.ts). */
export type Filling =
  { readonly kind: 'random'; readonly fanIn: number; readonly fanOut: number } | { readonly kind: 'constant'; readonly value: number };

export interface Parameter {
  /** Unique in the model, `layer/weight` or `layer/bias`. */
  readonly name: string;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Biases and normalisation parameters are never pruned. */
  readonly prunable: boolean;
  readonly filling: Filling;
}

/** An untrained tensor that travels with the weights (running statistics). */
export interface Buffer {
  readonly name: string;
  readonly layer: string;
  readonly size: number;
  readonly initial: number;
}

interface LayerBase {
  readonly name: string;
  /** Names of the layers read; `input` is the data. */
  readonly from: readonly string[];
  /** Shape of what this layer puts out; a dense layer has height = width = 1. */
  readonly output: Shape;
}

export type Layer =
  | (LayerBase & {
      readonly kind: 'dense';
      readonly inputs: number;
      readonly units: number;
      readonly weight: string;
      readonly bias: string;
    })
  | (LayerBase & {
      readonly kind: 'conv2d';
      readonly input: Shape;
      readonly kernel: number;
      readonly stride: number;
      /** Zeros added on every side. */
      readonly padding: number;
      readonly weight: string;
      /** Absent where batch normalisation follows. */
      readonly bias: string | null;
    })
  | (LayerBase & { readonly kind: 'max-pool' | 'average-pool'; readonly input: Shape; readonly size: number; readonly stride: number })
  | (LayerBase & { readonly kind: 'global-average-pool'; readonly input: Shape })
  | (LayerBase & {
      readonly kind: 'batch-norm';
      readonly scale: string;
      readonly shift: string;
      readonly mean: string;
      readonly variance: string;
      readonly epsilon: number;
      /** Share of the running statistic kept at each step. */
      readonly momentum: number;
    })
  | (LayerBase & { readonly kind: 'relu' | 'tanh' })
  | (LayerBase & { readonly kind: 'add' });

export type LayerKind = Layer['kind'];

/** Which of a recipe's rates prunes a parameter: `pruning.rate`, `convRate` or `outputRate`. */
export type RateGroup = 'dense' | 'conv' | 'output';

export interface Model {
  readonly family: string;
  readonly input: Shape;
  readonly classes: number;
  /** In order of computation; the last one's output is the logits. */
  readonly layers: readonly Layer[];
  /** In canonical order: the order of fingerprints and files. */
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly Buffer[];
  /** Prunable parameters only, by name. */
  readonly rateGroups: Readonly<Record<string, RateGroup>>;
}

/** Up to how many parameters a network is small. */
const SMALL = 20_000;

/** Small enough to be sent and drawn whole while it trains. */
export const isSmall = (model: Model): boolean => parametersOf(model) <= SMALL;

/** How many numbers are trained, biases included. */
export const parametersOf = (model: Model): number => model.parameters.reduce((sum, { size }) => sum + size, 0);

export const volume = (shape: Shape): number => shape.height * shape.width * shape.channels;

export const prunableParameters = (model: Model): readonly Parameter[] => model.parameters.filter((parameter) => parameter.prunable);
