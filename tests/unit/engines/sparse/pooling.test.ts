/** Max pooling, to the last bit what its definition says: windows of any size and distance, equals, zeros of both signs, NaNs. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Shape } from '../../../../src/models/model.ts';
import { Place } from '../../../../src/engines/places.ts';
import { Heap } from '../../../../src/engines/sparse/heap.ts';
import type { Contribution } from '../../../../src/engines/sparse/operation.ts';
import { Pooling } from '../../../../src/engines/sparse/pooling.ts';
import { Slot } from '../../../../src/engines/sparse/slots.ts';
import { openModules } from './open.ts';
import { stream } from '../../../../src/numerics/streams.ts';

const EXAMPLES = 32;
const { fround } = Math;
const modules = await openModules();

interface Case {
  readonly input: Shape;
  readonly size: number;
  readonly stride: number;
  /** Borders of input and output. */
  readonly halos: readonly [number, number];
  readonly activation: Place['activation'];
  readonly contribution: Contribution;
  readonly seed: number;
}

/** An image's numbers: position after position, of each the channels, of each the examples. */
type Image = Float32Array;

const outputOf = ({ input, size, stride }: Case): Shape => {
  const along = (length: number): number => Math.floor((length - size) / stride) + 1;
  return { height: along(input.height), width: along(input.width), channels: input.channels };
};

const imageOf = ({ height, width, channels }: Shape, numberAt: (index: number) => number): Image =>
  Float32Array.from({ length: height * width * channels * EXAMPLES }, (_, index) => numberAt(index));

/** Of each result, where in the input the numbers of its window are, row by row. */
function windowsOf(its: Case): readonly (readonly number[])[] {
  const { input, size, stride } = its;
  const { height, width } = outputOf(its);
  const run = input.channels * EXAMPLES;
  return Array.from({ length: height * width * run }, (_, result) => {
    const position = Math.floor(result / run);
    const [y, x] = [stride * Math.floor(position / width), stride * (position % width)];
    return Array.from({ length: size * size }, (_, tap) => {
      const at = (y + Math.floor(tap / size)) * input.width + x + (tap % size);
      return at * run + (result % run);
    });
  });
}

/** Of a window; `Math.max` takes 0 for more than -0 and keeps a NaN. */
const highestOf = (x: Image, taps: readonly number[]): number => Math.max(...taps.map((tap) => x[tap]));

/** Of equals the first gets the slope, and of a window with a NaN none. */
function gradientOf(x: Image, dy: Image, before: Image, its: Case): Image {
  const { accumulate, masks } = its.contribution;
  const dx = accumulate ? before.slice() : new Float32Array(x.length);
  windowsOf(its).forEach((taps, result) => {
    const highest = highestOf(x, taps);
    const first = taps.find((tap) => x[tap] === highest);
    for (const tap of taps) dx[tap] = fround(dx[tap] + (tap === first ? dy[result] : 0));
  });
  return masks ? dx.map((slope, at) => (x[at] > 0 ? slope : 0)) : dx;
}

const heap = new Heap(modules);

function slotOf(shape: Shape, halo: number, activation: Place['activation']): Slot {
  const place = new Place(shape);
  place.activation = activation;
  const slot = new Slot(place, 4 * EXAMPLES);
  slot.halo = halo;
  slot.allocate(heap, true);
  return slot;
}

/** Copies an image out of the border around it. */
function read(slot: Slot, base: number): Image {
  return imageOf(slot.shape, (index) => heap.f32[((base + slot.offsetOf(Math.floor(index / EXAMPLES))) >> 2) + (index % EXAMPLES)]);
}

function write(slot: Slot, base: number, image: Image): void {
  image.forEach((value, index) => {
    heap.f32[((base + slot.offsetOf(Math.floor(index / EXAMPLES))) >> 2) + (index % EXAMPLES)] = value;
  });
}

const lengths = fc.integer({ min: 1, max: 7 });
const cases: fc.Arbitrary<Case> = fc
  .record({
    input: fc.record({ height: lengths, width: lengths, channels: fc.integer({ min: 1, max: 2 }) }),
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    halos: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    activation: fc.constantFrom('none' as const, 'relu' as const, 'tanh' as const),
    // Only who writes alone undoes a ReLU.
    contribution: fc.constantFrom(
      { accumulate: false, masks: false },
      { accumulate: false, masks: true },
      { accumulate: true, masks: false },
    ),
    seed: fc.nat(),
  })
  .filter(({ input, size }) => Math.min(input.height, input.width) >= size);

/** Few, so that equals are common. */
const numbers = [-2, -1, -0, 0, 1, 2];

it('the highest of each window, and its slope where it came from', () => {
  let tiled = 0;
  fc.assert(
    fc.property(cases, (its) => {
      const { input, halos, activation, contribution, seed, size, stride } = its;
      heap.clear();
      const source = stream(seed, 'pooling');
      const drawn = (shape: Shape): Image => imageOf(shape, () => (source.below(40) === 0 ? NaN : numbers[source.below(numbers.length)]));
      const [from, to] = [slotOf(input, halos[0], 'none'), slotOf(outputOf(its), halos[1], activation)];
      const [x, dy, before] = [drawn(input), drawn(to.shape), drawn(input)];
      write(from, from.value, x);
      write(from, from.gradient, before);
      const layer = { kind: 'max-pool', name: 'pool', from: ['x'], input, output: to.shape, size, stride } as const;
      const pooling = new Pooling(heap, layer, from, to, contribution);
      pooling.forward();
      expect(read(to, to.value)).toEqual(Float32Array.from(windowsOf(its), (taps) => highestOf(x, taps)));
      // What an activation does in place.
      if (activation !== 'none')
        write(
          to,
          to.value,
          imageOf(to.shape, () => 9),
        );
      write(to, to.gradient, dy);
      pooling.backward();
      expect(read(from, from.gradient)).toEqual(gradientOf(x, dy, before, its));
      if (size === stride && input.height % size === 0 && input.width % size === 0 && !contribution.accumulate) tiled++;
    }),
    { seed: 20_240_311, numRuns: 200 },
  );
  expect(tiled).toBeGreaterThan(20);
});
