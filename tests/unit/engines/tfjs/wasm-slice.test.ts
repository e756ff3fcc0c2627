import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTfjsEngine } from '../../../../src/engines/tfjs/engine.ts';

/** A tensor shape of rank 1 to 5 and a box in it. */
const boxes = fc
  .array(
    fc.record({ extent: fc.integer({ min: 1, max: 6 }), from: fc.nat(5), length: fc.integer({ min: 1, max: 6 }), whole: fc.boolean() }),
    { minLength: 1, maxLength: 5 },
  )
  .map((axes) =>
    axes.map(({ extent, from, length, whole }) => {
      const start = whole ? 0 : from % extent;
      return { extent, start, length: whole ? extent : Math.min(length, extent - start) };
    }),
  );

it('cuts the box it is asked for out of any tensor', async () => {
  const engine = await createTfjsEngine('wasm');
  fc.assert(
    fc.property(boxes, (axes) => {
      const shape = axes.map(({ extent }) => extent);
      const sizes = axes.map(({ length }) => length);
      const expected = Array.from({ length: tf.util.sizeFromShape(sizes) }, (_, flat) => {
        const place = tf.util.indexToLoc(flat, sizes.length, tf.util.computeStrides(sizes));
        return tf.util.locToIndex(
          place.map((index, axis) => index + axes[axis].start),
          shape.length,
          tf.util.computeStrides(shape),
        );
      });
      const actual = tf.tidy(() =>
        tf.slice(
          tf.reshape(tf.range(0, tf.util.sizeFromShape(shape)), shape),
          axes.map(({ start }) => start),
          sizes,
        ),
      );
      expect(actual.shape).toEqual(sizes);
      expect(Array.from(actual.dataSync())).toEqual(expected);
      actual.dispose();
    }),
  );
  engine.dispose();
});
