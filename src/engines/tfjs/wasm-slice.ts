/**
 * A slice for tfjs's WASM backend. Its own first copies the whole tensor out of WebAssembly memory, megabytes for each
 * layer at each step when the layers' weights lie in one tensor.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Replaces the kernel; again and again does no harm. */
export function registerWasmSlice(): void {
  tf.unregisterKernel(tf.Slice, 'wasm');
  tf.registerKernel({
    kernelName: tf.Slice,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => copied(inputs.x as tf.Tensor, attrs as unknown as Extent, backend as Heap),
  });
}

/** Of the WASM backend. */
interface Heap {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view, good until memory grows. */
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

interface Extent {
  readonly begin: number[];
  readonly size: number[];
}

function copied(x: tf.Tensor, { begin, size }: Extent, backend: Heap): tf.TensorInfo {
  const [starts, sizes] = tf.slice_util.parseSliceParams(x, begin, size);
  const output = backend.makeOutput(sizes, x.dtype);
  // Only now, since making room for the output may have moved the memory.
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(output);
  const strides = [...tf.util.computeStrides(x.shape), 1];
  // Axes behind the last one that is cut are contiguous: one run of values for each index before them.
  let axis = sizes.length - 1;
  while (axis > 0 && sizes[axis] === x.shape[axis]) axis--;
  const run = tf.util.sizeFromShape(sizes.slice(Math.max(axis, 0)));
  let written = 0;
  const copy = (depth: number, offset: number): void => {
    if (depth >= axis) {
      const first = offset + (axis >= 0 ? starts[axis] * strides[axis] : 0);
      to.set(from.subarray(first, first + run), written);
      written += run;
      return;
    }
    for (let index = 0; index < sizes[depth]; index++) copy(depth + 1, offset + (starts[depth] + index) * strides[depth]);
  };
  copy(0, 0);
  return output;
}
