/** Matrix products the way each backend is fast at. */
import { getBackend, matMul, transpose, type Tensor } from '@tensorflow/tfjs-core';

/**
 * a · b of matrices, either of them transposed first. The WASM backend has a fast product (XNNPACK) for untransposed
 * matrices alone and is seven times slower at the others, so there the transposing is done apart.
 */
export function product(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  if (getBackend() !== 'wasm') return matMul(a, b, transposeA, transposeB);
  return matMul(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b);
}
