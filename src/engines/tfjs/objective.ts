/** A network as a function of its parameters laid end to end: its logits, its loss, and the derivatives of that. */
import { add, concat, grads, mul, reshape, slice, sum, valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Model } from '../../models/model.ts';
import { forward, type Values } from './forward.ts';
import './gradients.ts';
import type { Layout } from './layout.ts';
import { crossEntropy } from './loss.ts';
import type { Shapes, State } from './network.ts';
import { BatchRecord, type Statistics } from './normalisation.ts';

/** Examples as tensors; rows whose one-hot is all zero are padding. */
export interface Batch {
  /** [rows][height × width × channels] */
  readonly inputs: Tensor;
  /** [rows][classes] */
  readonly oneHot: Tensor;
  /** What the losses' sum is divided by. */
  readonly count: number;
}

/** What a batch says of the parameters. */
interface Lesson {
  readonly loss: Scalar;
  readonly gradient: Tensor;
  /** The running statistics after it. */
  readonly buffers: Tensor;
}

export class Objective {
  constructor(
    private readonly model: Model,
    private readonly shapes: Shapes,
  ) {}

  /** As evaluated: normalised by the running statistics. */
  logits({ weights, buffers }: State, inputs: Tensor): Tensor {
    const { parameters } = this.shapes;
    return forward(this.model, { ...named(parameters, split(parameters, weights)), ...this.running(buffers) }, inputs, 'running');
  }

  /** As trained: normalised by the batch's own statistics, which the running ones follow. */
  lesson({ weights, buffers }: State, batch: Batch): Lesson {
    const { parameters, buffers: layout } = this.shapes;
    const record = new BatchRecord();
    const { value, grads } = valueAndGrads(this.loss(batch, record))(split(parameters, weights));
    const running = this.running(buffers);
    const followed = layout.size === 0 ? buffers : join(layout.spans.map(({ name }) => record.follow(name, running[name])));
    record.dispose();
    return { loss: value, gradient: join(grads), buffers: followed };
  }

  gradient({ weights }: State, batch: Batch): Tensor {
    return join(grads(this.loss(batch, 'batch'))(split(this.shapes.parameters, weights)));
  }

  /** By differentiating twice: the gradient of ∇L · vector (Pearlmutter 1994), with no finite step to choose. */
  hessianVectorProduct({ weights }: State, batch: Batch, vector: Tensor): Tensor {
    const { parameters } = this.shapes;
    const directions = split(parameters, vector);
    const loss = this.loss(batch, 'batch');
    const slope = (...at: Tensor[]): Tensor =>
      grads(loss)(at)
        .map((gradient, index): Tensor => sum(mul(gradient, directions[index])))
        .reduce((partial, term) => add(partial, term));
    return join(grads(slope)(split(parameters, weights)));
  }

  private loss({ inputs, oneHot, count }: Batch, statistics: Statistics): (...parameters: Tensor[]) => Scalar {
    return (...parameters) =>
      crossEntropy(forward(this.model, named(this.shapes.parameters, parameters), inputs, statistics), oneHot, count);
  }

  private running(buffers: Tensor): Values {
    return named(this.shapes.buffers, split(this.shapes.buffers, buffers));
  }
}

const split = ({ spans }: Layout, flat: Tensor): Tensor[] =>
  spans.map(({ offset, size, shape }) => reshape(slice(flat, [offset], [size]), [...shape]));

const named = ({ spans }: Layout, tensors: readonly Tensor[]): Values =>
  Object.fromEntries(spans.map(({ name }, index) => [name, tensors[index]]));

const join = (tensors: readonly Tensor[]): Tensor => concat(tensors.map((tensor) => reshape(tensor, [-1])));
