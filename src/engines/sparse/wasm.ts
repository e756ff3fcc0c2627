/** The compiled kernels as typed functions. Arguments are byte addresses unless the name says otherwise; see kernels/. */

/** Positions of a convolution's outputs, and how far apart they lie in two tensors. */
export type Positions = readonly [
  height: number,
  width: number,
  firstDown: number,
  firstRight: number,
  secondDown: number,
  secondRight: number,
];

/** Windows of positions: how many, how far apart in input and output, and the positions within one. */
type Windows = [...Positions, windowHeight: number, windowWidth: number, tapDown: number, tapRight: number];

/** Which weights of an array an optimiser moves: those between `starts` and `ends` of each row. */
type Movable = [rows: number, starts: number, ends: number, weights: number, gradient: number];

export interface Kernels {
  heapBase(): number;
  gatherBytes(count: number, list: number, examples: number, x: number, stride: number): void;
  gatherAffine(
    ...args: [
      ...[chunks: number, list: number, examples: number, size: number, x: number, stride: number],
      ...[scale: number, offset: number, scaleRest: number, offsetRest: number],
    ]
  ): number;
  gatherFloats(count: number, list: number, examples: number, x: number, stride: number): void;
  forward(
    ...args: [
      ...[rows: number, starts: number, columns: number, weights: number, bias: number],
      ...[x: number, y: number, stride: number, relu: number],
      ...Positions,
    ]
  ): void;
  inputGradient(
    ...args: [
      ...[rows: number, starts: number, entries: number, weights: number],
      ...[dy: number, dx: number, stride: number, accumulate: number, mask: number],
      ...Positions,
    ]
  ): void;
  weightGradient(
    ...args: [
      ...[rows: number, starts: number, ends: number, columns: number, gradient: number],
      ...[x: number, dy: number, stride: number],
      ...Positions,
      sums: number,
    ]
  ): void;
  /** Of a layer that stores every weight; `rows` is a multiple of four. */
  denseProduct(
    ...args: [
      ...[rows: number, depth: number, offsets: number, panels: number, first: number],
      ...[x: number, y: number, stride: number, relu: number, accumulate: number, mask: number],
      ...Positions,
      copy: number,
    ]
  ): void;
  panelsOfColumns(rows: number, depth: number, entries: number, weights: number, panels: number): void;
  denseWeightGradient(
    ...args: [
      ...[rows: number, rowLength: number, columns: number, gradient: number],
      ...[x: number, dy: number, stride: number],
      ...Positions,
      sums: number,
    ]
  ): void;
  /** How many features are live. */
  findLive(features: number, x: number, stride: number, flags: number): number;
  keepLive(
    ...args: [
      ...[rows: number, starts: number, ends: number, columns: number, flags: number],
      ...[entries: number, firsts: number, lasts: number],
    ]
  ): void;
  /** `background` is a number. */
  foldBackground(rows: number, starts: number, weights: number, bias: number, background: number, folded: number): void;
  /** `background` is a number. */
  addBackground(rows: number, starts: number, ends: number, gradient: number, background: number, slopes: number): void;
  clearAt(count: number, offsets: number, words: number): void;
  liveForward(
    ...args: [
      ...[rows: number, firsts: number, entries: number, weights: number, bias: number],
      ...[x: number, y: number, stride: number, relu: number],
    ]
  ): void;
  liveWeightGradient(
    ...args: [
      ...[rows: number, starts: number, ends: number, firsts: number, lasts: number, entries: number, gradient: number],
      ...[x: number, dy: number, stride: number, background: number, slopes: number],
    ]
  ): void;
  /** `scale` is a number. */
  listExamples(count: number, examples: number, size: number, scale: number, entries: number, firsts: number): void;
  listFeatures(
    ...args: [count: number, features: number, exampleEntries: number, exampleFirsts: number, entries: number, firsts: number]
  ): void;
  /** `background` is a number. */
  foldPanels(rows: number, features: number, weights: number, bias: number, background: number, folded: number): void;
  panelForward(
    ...args: [
      ...[rows: number, features: number, count: number, entries: number, firsts: number],
      ...[weights: number, bias: number, y: number, relu: number],
    ]
  ): void;
  panelWeightGradient(
    ...args: [
      ...[rows: number, features: number, entries: number, firsts: number],
      ...[gradient: number, dy: number, background: number, slopes: number],
    ]
  ): void;
  transpose(rows: number, columns: number, from: number, fromStride: number, to: number, toStride: number): void;
  sumRows(
    ...args: [rows: number, dy: number, sums: number, stride: number, height: number, width: number, dyDown: number, dyRight: number]
  ): void;
  relu(y: number, rows: number, bytes: number, down: number): void;
  tanh(y: number, rows: number, bytes: number, down: number): void;
  tanhGradient(dy: number, y: number, rows: number, bytes: number, down: number): void;
  reluGradient(dy: number, y: number, rows: number, bytes: number, down: number): void;
  maxPool(...args: [bytes: number, x: number, y: number, ...Windows]): void;
  maxPoolGradient(...args: [bytes: number, x: number, y: number, dx: number, dy: number, ...Windows, adds: number, masks: number]): void;
  averagePool(...args: [bytes: number, x: number, y: number, ...Windows, share: number]): void;
  averagePoolGradient(...args: [bytes: number, dx: number, dy: number, ...Windows, share: number]): void;
  batchStatistics(
    ...args: [
      ...[channels: number, count: number, stride: number, x: number],
      ...[height: number, width: number, down: number, right: number, means: number, variances: number],
    ]
  ): void;
  followStatistics(channels: number, running: number, batch: number, keep: number, rest: number): void;
  normalise(
    ...args: [
      ...[channels: number, stride: number, x: number, y: number],
      ...Positions,
      ...[means: number, variances: number, inverses: number, epsilon: number, scales: number, shifts: number],
    ]
  ): void;
  normaliseGradient(
    ...args: [
      ...[channels: number, count: number, stride: number, x: number, dx: number, dy: number],
      ...Positions,
      ...[means: number, inverses: number, scales: number, scaleGradients: number, shiftGradients: number, accumulate: number],
    ]
  ): void;
  addRows(rows: number, bytes: number, from: number, fromDown: number, to: number, toDown: number, accumulate: number): void;
  clearRows(rows: number, bytes: number, to: number, down: number): void;
  crossEntropy(
    ...args: [
      ...[classes: number, logits: number, labels: number, count: number, stride: number],
      ...[probabilities: number, gradient: number, scale: number],
    ]
  ): number;
  countCorrect(classes: number, logits: number, labels: number, count: number, stride: number): number;
  sgd(...args: [...Movable, rate: number, decay: number]): void;
  momentum(...args: [...Movable, velocity: number, rate: number, decay: number, mu: number]): void;
  adam(
    ...args: [
      ...Movable,
      ...[m: number, v: number, rate: number, decay: number],
      ...[beta1: number, rest1: number, beta2: number, rest2: number, correction: number],
    ]
  ): void;
}

/** Compiles kernels from the text that they are kept as (scripts/build-kernels.ts); a module is instantiated once a memory. */
export function compileKernels(text: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16)));
}

/** The kernels of these modules together, working on `memory`: all of them where those for images are among them. */
export function instantiate(modules: readonly WebAssembly.Module[], memory: WebAssembly.Memory): Kernels {
  const instances = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }));
  return Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels;
}
