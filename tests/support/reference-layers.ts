/**
 * Every layer's forward pass in plain double-precision loops, straight from its definition, batch by batch. Derivatives are
 * not worked out here: tests take differences of the loss.
 */
import { volume, type Layer, type Model, type Shape } from '../../src/models/model.ts';
import type { Task } from '../../src/tasks/task.ts';
import type { Doubles } from './reference.ts';
import { inputsOf } from './tiny-task.ts';

/** Means and variances that a training batch had, by buffer name. */
export type Observed = Record<string, number[]>;

const at = (shape: Shape, y: number, x: number, channel: number): number => (y * shape.width + x) * shape.channels + channel;

/** Where a window looks: input row and column, and the place within the window. */
interface Look {
  readonly row: number;
  readonly column: number;
  readonly ky: number;
  readonly kx: number;
}

/** Images of what `of` makes of each window of each image, in each channel; looks outside the image are left out. */
function overWindows(
  { input, output, size, stride, padding }: { input: Shape; output: Shape; size: number; stride: number; padding: number },
  images: readonly number[][],
  of: (image: readonly number[], window: readonly Look[], channel: number) => number,
): number[][] {
  const results = images.map(() => new Array<number>(volume(output)).fill(0));
  for (let y = 0; y < output.height; y++) {
    for (let x = 0; x < output.width; x++) {
      const window: Look[] = [];
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const row = y * stride + ky - padding;
          const column = x * stride + kx - padding;
          if (row >= 0 && row < input.height && column >= 0 && column < input.width) window.push({ row, column, ky, kx });
        }
      }
      images.forEach((image, index) => {
        for (let channel = 0; channel < output.channels; channel++) results[index][at(output, y, x, channel)] = of(image, window, channel);
      });
    }
  }
  return results;
}

/** What a layer makes of a batch; `observed` gets batch statistics in training, else the running ones among `values` are used. */
function applyLayer(layer: Layer, from: readonly number[][][], values: Doubles, observed: Observed | null): number[][] {
  const [batch] = from;
  switch (layer.kind) {
    case 'dense':
      return batch.map((x) =>
        values[layer.bias].map((bias, unit) =>
          x.reduce((sum, value, input) => sum + value * values[layer.weight][unit * layer.inputs + input], bias),
        ),
      );
    case 'conv2d':
      return overWindows({ ...layer, size: layer.kernel }, batch, (image, window, unit) => {
        let sum = layer.bias === null ? 0 : values[layer.bias][unit];
        for (const { row, column, ky, kx } of window) {
          for (let channel = 0; channel < layer.input.channels; channel++) {
            const weight = ((unit * layer.kernel + ky) * layer.kernel + kx) * layer.input.channels + channel;
            sum += values[layer.weight][weight] * image[at(layer.input, row, column, channel)];
          }
        }
        return sum;
      });
    case 'max-pool':
    case 'average-pool':
      return overWindows({ ...layer, padding: 0 }, batch, (image, window, channel) => {
        const seen = window.map(({ row, column }) => image[at(layer.input, row, column, channel)]);
        return layer.kind === 'max-pool' ? Math.max(...seen) : seen.reduce((sum, value) => sum + value, 0) / seen.length;
      });
    case 'global-average-pool':
      return batch.map((image) => {
        const { channels } = layer.input;
        const means = new Array<number>(channels).fill(0);
        image.forEach((value, index) => (means[index % channels] += (value * channels) / image.length));
        return means;
      });
    case 'batch-norm': {
      const { channels } = layer.output;
      const ofChannel = (channel: number): number[] => batch.flatMap((image) => image.filter((_, index) => index % channels === channel));
      const average = (all: number[]): number => all.reduce((sum, value) => sum + value, 0) / all.length;
      if (observed !== null) {
        const channelsSeen = Array.from({ length: channels }, (_, channel) => ofChannel(channel));
        observed[layer.mean] = channelsSeen.map(average);
        observed[layer.variance] = channelsSeen.map((all) => {
          const mean = average(all);
          return average(all.map((value) => (value - mean) ** 2));
        });
      }
      const { [layer.mean]: mean, [layer.variance]: variance } = observed ?? values;
      return batch.map((image) =>
        image.map((value, index) => {
          const channel = index % channels;
          const standard = (value - mean[channel]) / Math.sqrt(variance[channel] + layer.epsilon);
          return standard * values[layer.scale][channel] + values[layer.shift][channel];
        }),
      );
    }
    case 'relu':
      return batch.map((x) => x.map((value) => Math.max(0, value)));
    case 'tanh':
      return batch.map((x) => x.map(Math.tanh));
    case 'add':
      return batch.map((x, example) => x.map((_, index) => from.reduce((sum, branch) => sum + branch[example][index], 0)));
  }
}

/** Mean cross-entropy of a batch; `observed` null evaluates, otherwise it is filled as in training. */
export function layerwiseLoss(model: Model, values: Doubles, task: Task, examples: ArrayLike<number>, observed: Observed | null): number {
  const outputs: Record<string, number[][]> = { input: Array.from(examples, (example) => inputsOf(task, example)) };
  let logits: number[][] = [];
  for (const layer of model.layers) {
    logits = outputs[layer.name] = applyLayer(
      layer,
      layer.from.map((name) => outputs[name]),
      values,
      observed,
    );
  }
  const losses = logits.map((row, index) => {
    const highest = Math.max(...row);
    return Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - highest), 0)) + highest - row[task.labels[examples[index]]];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
