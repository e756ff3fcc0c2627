/**
 * A dense layer that reads data of which most is background (background.ts): products pass over it, and its own part, the
 * same for every example, is added once to the bias and to each weight's gradient. Rows in panels meet each value that is
 * not background; others meet the features that are live, for all examples alike.
 */
import type { Layer, Parameter } from '../../models/model.ts';
import type { Plane } from '../../science/mask.ts';
import type { Background } from './background.ts';
import type { Heap } from './heap.ts';
import { BackgroundMatrix, panelOrder } from './background-matrix.ts';
import { addDenseGradient } from './dense-gradient.ts';
import { denseGeometry, type Geometry } from './geometry.ts';
import { inFours, type MatrixOperation } from './linear.ts';
import { found, type Memory } from './operation.ts';
import type { Store } from './parameters.ts';
import type { Slot } from './slots.ts';

type Dense = Extract<Layer, { kind: 'dense' }>;

/** Where so many features are live, leaving the others out takes longer than it saves. */
const MOSTLY_LIVE = 0.9;

/** With so few weights a feature, looking for live ones takes longer than it saves. */
const FEW = 4;

export class BackgroundLinear implements MatrixOperation {
  private readonly geometry: Geometry;
  private readonly offsets: Uint32Array;
  private readonly order: Uint32Array;
  /** Room for outputs or their gradients, example after example. */
  private readonly turned: number;

  constructor(
    private readonly heap: Heap,
    /** Where in `Memory.matrices` its matrix is. */
    private readonly index: number,
    readonly layer: Dense,
    readonly input: Slot,
    private readonly output: Slot,
    private readonly background: Background,
  ) {
    this.geometry = denseGeometry(layer, input, output);
    this.offsets = Uint32Array.from(this.geometry.columns, ({ offset }) => offset);
    this.order = panelOrder(layer.units, layer.inputs);
    this.turned = heap.allocate(inFours(layer.units) * output.stride);
  }

  build(plane: Plane | undefined, weight: Parameter, moments: number): BackgroundMatrix {
    return new BackgroundMatrix(this.heap, weight, plane, this.order, this.offsets, moments);
  }

  forward(network: Memory): void {
    const { matrix, bias } = this.of(network);
    this.fold(matrix, bias);
    const { kernels } = this.heap;
    const { panelled, skipped, store, folded } = matrix;
    const { units, inputs } = this.layer;
    const { value, stride, activation } = this.output;
    const relu = activation === 'relu' ? 1 : 0;
    if (panelled > 0) {
      const { background, turned } = this;
      const { entries, firsts } = background.listExamples();
      kernels.panelForward(panelled, inputs, background.lanes, entries, firsts, store.weights, folded, turned, relu);
      kernels.transpose(background.lanes, panelled, turned, 4 * panelled, value, stride);
    }
    if (panelled === units) return;
    const { starts, columns, firsts, entries } = matrix;
    const [rows, x] = [units - panelled, this.input.value];
    const [weights, biases, y] = [store.weights + 4 * skipped, folded + 4 * panelled, value + stride * panelled];
    if (this.pair(matrix)) kernels.liveForward(rows, firsts, entries, weights, biases, x, y, stride, relu);
    else kernels.forward(rows, starts, columns, weights, biases, x, y, stride, relu, 1, 1, 0, 0, 0, 0);
  }

  backward(network: Memory): void {
    const { matrix, bias } = this.of(network);
    const { kernels } = this.heap;
    const { panelled, skipped, store, starts, ends, columns, firsts, lasts, entries } = matrix;
    const { units, inputs } = this.layer;
    const { gradient, stride } = this.output;
    const { value } = this.background.shift;
    const slopes = bias.gradient;
    kernels.sumRows(units, gradient, slopes, stride, 1, 1, 0, 0);
    if (panelled > 0) {
      const { background, turned } = this;
      kernels.transpose(panelled, background.lanes, gradient, stride, turned, 4 * panelled);
      const lists = background.listFeatures();
      kernels.panelWeightGradient(panelled, inputs, lists.entries, lists.firsts, store.gradient, turned, value, slopes);
    }
    if (panelled < units) {
      const [to, dy, itsSlopes] = [store.gradient + 4 * skipped, gradient + stride * panelled, slopes + 4 * panelled];
      const [rows, x] = [units - panelled, this.input.value];
      if (matrix.isPaired) {
        kernels.liveWeightGradient(rows, starts, ends, firsts, lasts, entries, to, x, dy, stride, value, itsSlopes);
      } else {
        kernels.weightGradient(rows, starts, ends, columns, to, x, dy, stride, 1, 1, 0, 0, 0, 0, 0);
        kernels.addBackground(rows, starts, ends, to, value, itsSlopes);
      }
    }
    store.clearAbsent(store.gradient);
  }

  addDenseGradient(total: Float64Array): void {
    const { heap, output, background } = this;
    const { gradient, stride } = output;
    const sum = heap.allocate(4);
    addDenseGradient(heap, this.geometry, output, total, (row) => {
      heap.kernels.sumRows(1, gradient + row * stride, sum, stride, 1, 1, 0, 0);
      return Math.fround(background.shift.value * heap.f32[sum >> 2]);
    });
    heap.free(sum);
  }

  /** Adds the background's part to the bias, once after each change. */
  private fold(matrix: BackgroundMatrix, bias: Store): void {
    const { store, panelled, skipped, starts, folded } = matrix;
    const version = store.version + bias.version;
    if (matrix.foldedVersion === version) return;
    matrix.foldedVersion = version;
    const { units, inputs } = this.layer;
    const { kernels } = this.heap;
    const { value } = this.background.shift;
    kernels.foldPanels(panelled, inputs, store.weights, bias.weights, value, folded);
    const skippedBytes = 4 * panelled;
    kernels.foldBackground(
      units - panelled,
      starts,
      store.weights + 4 * skipped,
      bias.weights + skippedBytes,
      value,
      folded + skippedBytes,
    );
  }

  /** Pairs the kept weights with the batch's live features, where that saves more than it takes; says whether it did. */
  private pair(matrix: BackgroundMatrix): boolean {
    const { background } = this;
    const { units, inputs } = this.layer;
    const { panelled, starts, ends, columns, entries, firsts, lasts } = matrix;
    matrix.isPaired = matrix.store.count - matrix.skipped >= FEW * inputs && background.flag() <= MOSTLY_LIVE;
    if (matrix.isPaired) this.heap.kernels.keepLive(units - panelled, starts, ends, columns, background.flags, entries, firsts, lasts);
    return matrix.isPaired;
  }

  private of(network: Memory): { readonly matrix: BackgroundMatrix; readonly bias: Store } {
    const matrix = network.matrices[this.index];
    if (matrix.kind !== 'background') throw new Error('another layer laid the matrix out');
    return { matrix, bias: found(network.stores, this.layer.bias) };
  }
}
