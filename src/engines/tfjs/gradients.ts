/**
 * Derivatives of the operations that the engine is made of. tfjs's core package comes without any; those of the whole
 * library weigh more and cannot be loaded by Node. Each is itself made of these operations, so that all can be
 * differentiated twice. Importing this file registers them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { product } from './product.ts';

type Gradients = Record<string, () => Tensor>;

interface Rule {
  /** What the derivative reads. Not the output: tfjs cannot differentiate through a saved output a second time. */
  readonly inputs?: readonly string[] | 'all';
  readonly of: (slope: Tensor, saved: Tensor[], attributes: never) => Gradients | (() => Tensor)[];
}

function register(kernelName: string, { inputs, of }: Rule): void {
  const config: GradConfig = {
    kernelName,
    inputsToSave: inputs === undefined || inputs === 'all' ? undefined : [...inputs],
    saveAllInputs: inputs === 'all',
    gradFunc: (slope, saved, attributes) => of(slope as Tensor, saved, attributes as never) as Gradients,
  };
  tf.registerGradient(config);
}

/** Undoes broadcasting: sums over what was repeated. */
function summedTo(shape: number[], slope: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, slope.shape);
  return tf.reshape(axes.length === 0 ? slope : tf.sum(slope, axes), shape);
}

const inverse = (order: readonly number[]): number[] => order.map((_, index) => order.indexOf(index));

const asFloat = (condition: Tensor): Tensor => tf.cast(condition, 'float32');

register(tf.Add, {
  inputs: ['a', 'b'],
  of: (slope, [a, b]) => ({ a: () => summedTo(a.shape, slope), b: () => summedTo(b.shape, slope) }),
});

register(tf.Sub, {
  inputs: ['a', 'b'],
  of: (slope, [a, b]) => ({ a: () => summedTo(a.shape, slope), b: () => tf.neg(summedTo(b.shape, slope)) }),
});

register(tf.Multiply, {
  inputs: ['a', 'b'],
  of: (slope, [a, b]) => ({ a: () => summedTo(a.shape, tf.mul(slope, b)), b: () => summedTo(b.shape, tf.mul(slope, a)) }),
});

register(tf.Neg, { of: (slope) => ({ x: () => tf.neg(slope) }) });

register(tf.Square, { inputs: ['x'], of: (slope, [x]) => ({ x: () => tf.mul(slope, tf.mul(x, 2)) }) });

register(tf.Rsqrt, {
  inputs: ['x'],
  of: (slope, [x]) => ({
    x() {
      const y = tf.rsqrt(x);
      return tf.mul(slope, tf.mul(tf.mul(y, tf.square(y)), -0.5));
    },
  }),
});

register(tf.Tanh, { inputs: ['x'], of: (slope, [x]) => ({ x: () => tf.mul(slope, tf.sub(1, tf.square(tf.tanh(x)))) }) });

register(tf.Relu, { inputs: ['x'], of: (slope, [x]) => ({ x: () => tf.mul(slope, tf.step(x)) }) });

register(tf.Step, { inputs: ['x'], of: (_slope, [x]) => ({ x: () => tf.zeros(x.shape) }) });

/** Of equal values the first is the maximum. */
register(tf.Maximum, {
  inputs: ['a', 'b'],
  of: (slope, [a, b]) => ({
    a: () => tf.mul(slope, asFloat(tf.greaterEqual(a, b))),
    b: () => tf.mul(slope, asFloat(tf.less(a, b))),
  }),
});

for (const comparison of [tf.GreaterEqual, tf.Less]) {
  register(comparison, { inputs: ['a', 'b'], of: (_slope, [a, b]) => ({ a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) }) });
}

register(tf.Cast, { of: (slope) => ({ x: () => asFloat(slope) }) });

register(tf.Sum, {
  inputs: ['x'],
  of: (slope, [x], { axis }: { readonly axis: number | number[] }) => ({
    x() {
      const kept = [...x.shape];
      for (const reduced of tf.util.parseAxisParam(axis, x.shape)) kept[reduced] = 1;
      return tf.mul(tf.reshape(slope, kept), tf.ones(x.shape));
    },
  }),
});

register(tf.Softmax, {
  inputs: ['logits'],
  of: (slope, [logits]) => ({
    logits() {
      const y = tf.softmax(logits);
      const weighted = tf.mul(slope, y);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y));
    },
  }),
});

register(tf.BatchMatMul, {
  inputs: ['a', 'b'],
  of: (slope, [a, b], { transposeA, transposeB }: { readonly transposeA: boolean; readonly transposeB: boolean }) => ({
    a: () => (transposeA ? product(b, slope, transposeB, true) : product(slope, b, false, !transposeB)),
    b: () => (transposeB ? product(slope, a, true, transposeA) : product(a, slope, !transposeA, false)),
  }),
});

register(tf.Transpose, { of: (slope, _saved, { perm }: { readonly perm: number[] }) => ({ x: () => tf.transpose(slope, inverse(perm)) }) });

register(tf.Reshape, { inputs: ['x'], of: (slope, [x]) => ({ x: () => tf.reshape(slope, x.shape) }) });

register(tf.Slice, {
  inputs: ['x'],
  of: (slope, [x], { begin, size }: { readonly begin: number[]; readonly size: number[] }) => ({
    x() {
      const [starts, sizes] = tf.slice_util.parseSliceParams(x, begin, size);
      return tf.pad(
        slope,
        starts.map((start, axis): [number, number] => [start, x.shape[axis] - start - sizes[axis]]),
      );
    },
  }),
});

register(tf.PadV2, {
  inputs: ['x'],
  of: (slope, [x], { paddings }: { readonly paddings: [number, number][] }) => ({
    x: () =>
      tf.slice(
        slope,
        paddings.map(([before]) => before),
        x.shape,
      ),
  }),
});

register(tf.Concat, {
  inputs: 'all',
  of(slope, parts, { axis }: { readonly axis: number }) {
    const [along] = tf.util.parseAxisParam(axis, parts[0].shape);
    let start = 0;
    return parts.map(({ shape }) => {
      const begin = shape.map((_, index) => (index === along ? start : 0));
      start += shape[along];
      return () => tf.slice(slope, begin, shape);
    });
  },
});
