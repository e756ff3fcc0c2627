/**
 * The kernels, in AssemblyScript. Activations lie as [feature][batch], the batch innermost and padded to whole blocks
 * of 32; `stride` is the bytes of one feature. Plain IEEE + − × ÷ √ in a fixed order: the same bits on every machine.
 * Every argument named like a thing is the address of that thing.
 */
export { gatherBytes, gatherAffine, gatherFloats } from './gather';
export { findLive, keepLive, listExamples, listFeatures, foldBackground, addBackground, clearAt } from './background';
export { liveForward, liveWeightGradient } from './live';
export { foldPanels, panelForward, panelWeightGradient, transpose } from './panels';
export { forward } from './forward';
export { inputGradient } from './input-gradient';
export { weightGradient, sumRows } from './weight-gradient';
export { denseProduct, panelsOfRows, panelsOfColumns, denseWeightGradient } from './dense';
export { relu, tanh, tanhGradient, reluGradient } from './activations';
export { maxPool, maxPoolGradient, averagePool, averagePoolGradient } from './pooling';
export { batchStatistics, followStatistics, normalise, normaliseGradient } from './normalisation';
export { addRows, clearRows } from './addition';
export { crossEntropy, countCorrect } from './loss';
export { sgd, momentum, adam } from './optimizers';

/** First byte that the engine may use: below it lie the kernels' own constants. */
export function heapBase(): usize {
  return __heap_base;
}
