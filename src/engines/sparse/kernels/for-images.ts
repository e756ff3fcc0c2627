/** The kernels that only images need: their bytes, their background, and the layers of networks that convolve. */
export { gatherBytes, gatherAffine } from './gather';
export { findLive, keepLive, listExamples, listFeatures, foldBackground, addBackground } from './background';
export { liveForward, liveWeightGradient } from './live';
export { foldPanels, panelForward, panelWeightGradient } from './panels';
export { maxPool, maxPoolGradient, averagePool, averagePoolGradient } from './pooling';
export { batchStatistics, followStatistics, normalise, normaliseGradient } from './normalisation';
