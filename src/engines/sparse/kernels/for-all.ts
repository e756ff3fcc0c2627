/**
 * The kernels that every network needs, in AssemblyScript; those for images are a module of their own (for-images.ts).
 * Activations lie as [feature][batch], the batch innermost and padded to whole blocks of 32; `stride` is the bytes of one
 * feature. Plain IEEE + − × ÷ √ in a fixed order: the same bits on every machine. Every argument named like a thing is the
 * address of that thing.
 */
export { gatherFloats } from './gather';
export { clearAt } from './background';
export { forward } from './forward';
export { inputGradient } from './input-gradient';
export { weightGradient, sumRows } from './weight-gradient';
export { denseProduct, panelsOfColumns, denseWeightGradient } from './dense';
export { transpose } from './panels';
export { relu, tanh, tanhGradient, reluGradient } from './activations';
export { addRows, clearRows } from './addition';
export { crossEntropy, countCorrect } from './loss';
export { sgd, momentum, adam } from './optimizers';

/** First byte that the engine may use: below it lies what WebAssembly itself may want. */
export function heapBase(): usize {
  return __heap_base;
}
