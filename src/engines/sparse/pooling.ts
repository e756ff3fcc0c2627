/** Max and average pooling; global pooling is an average whose one window is the whole image. */
import type { Layer } from '../../models/model.ts';
import type { Heap } from './heap.ts';
import type { Contribution, Operation } from './operation.ts';
import type { Slot } from './slots.ts';

type PoolLayer = Extract<Layer, { kind: 'max-pool' | 'average-pool' | 'global-average-pool' }>;

/** Positions of one window, and positions from one window to the next. */
interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
}

function windowOf(layer: PoolLayer): Window {
  if (layer.kind === 'global-average-pool') return { height: layer.input.height, width: layer.input.width, stride: 1 };
  return { height: layer.size, width: layer.size, stride: layer.stride };
}

export class Pooling implements Operation {
  private readonly window: Window;
  private readonly isMax: boolean;
  /** Of an average, each value's part. */
  private readonly share: number;
  /** Where the highest values stay for the way back: in the output, unless an activation changes that in place. */
  private readonly highest: number;

  constructor(
    private readonly heap: Heap,
    layer: PoolLayer,
    private readonly input: Slot,
    private readonly output: Slot,
    private readonly contribution: Contribution,
  ) {
    this.window = windowOf(layer);
    this.isMax = layer.kind === 'max-pool';
    this.share = 1 / (this.window.height * this.window.width);
    const isKept = !this.isMax || output.activation === 'none';
    this.highest = isKept ? output.value : heap.allocate(output.shape.height * output.down);
  }

  forward(): void {
    const { input, output, window } = this;
    const { height, width } = output.shape;
    const { kernels } = this.heap;
    const [xDown, xRight] = [window.stride * input.down, window.stride * input.right];
    if (this.isMax) {
      kernels.maxPool(
        output.right,
        input.value,
        this.highest,
        height,
        width,
        xDown,
        xRight,
        output.down,
        output.right,
        window.height,
        window.width,
        input.down,
        input.right,
      );
      if (this.highest !== output.value) kernels.addRows(height, output.rowBytes, this.highest, output.down, output.value, output.down, 0);
    } else {
      kernels.averagePool(
        output.right,
        input.value,
        output.value,
        height,
        width,
        xDown,
        xRight,
        output.down,
        output.right,
        window.height,
        window.width,
        input.down,
        input.right,
        this.share,
      );
    }
  }

  backward(): void {
    const { input, output, window } = this;
    if (input.gradient === 0) return;
    const { height, width } = output.shape;
    const { kernels } = this.heap;
    const [xDown, xRight] = [window.stride * input.down, window.stride * input.right];
    const { accumulate, masks } = this.contribution;
    const writesAll = this.isMax && !accumulate && this.tiles();
    if (!accumulate && !writesAll) kernels.clearRows(input.shape.height, input.rowBytes, input.gradient, input.down);
    if (this.isMax) {
      kernels.maxPoolGradient(
        output.right,
        input.value,
        this.highest,
        input.gradient,
        output.gradient,
        height,
        width,
        xDown,
        xRight,
        output.down,
        output.right,
        window.height,
        window.width,
        input.down,
        input.right,
        writesAll ? 0 : 1,
        masks ? 1 : 0,
      );
    } else {
      kernels.averagePoolGradient(
        output.right,
        input.gradient,
        output.gradient,
        height,
        width,
        xDown,
        xRight,
        output.down,
        output.right,
        window.height,
        window.width,
        input.down,
        input.right,
        this.share,
      );
    }
  }

  /** Whether each position of the input lies in one window: windows may also overlap, and leave positions out. */
  private tiles(): boolean {
    const { window, input, output } = this;
    const { height, width, stride } = window;
    return (
      height === stride &&
      width === stride &&
      height * output.shape.height === input.shape.height &&
      width * output.shape.width === input.shape.width
    );
  }
}
