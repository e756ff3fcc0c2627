/**
 * Two-dimensional tasks, made rather than shipped. Their points come from fixed streams of their own, so that a task
 * is one data set like any other: a recipe's seed chooses splits and orders of it, never its points.
 */
import { cos, PI, sin } from '../numerics/elementary.ts';
import { normal } from '../numerics/sampling.ts';
import { stream, type Stream } from '../numerics/streams.ts';

export const POOL = 4_000;
export const TEST = 1_000;

type Point = readonly [x: number, y: number];

export interface Plane {
  readonly classes: number;
  /** Mean and standard deviation of each coordinate, rounded. */
  readonly mean: Point;
  readonly deviation: Point;
  /** One point of a class. */
  draw(source: Stream, label: number): Point;
}

const around = (source: Stream, [x, y]: Point, spread: number): Point => [x + spread * normal(source), y + spread * normal(source)];

const onCircle = (angle: number, radius: number): Point => [radius * cos(angle), radius * sin(angle)];

/** Two half circles that reach into each other (as in scikit-learn's make_moons). */
const moons: Plane = {
  classes: 2,
  mean: [0.5, 0.25],
  deviation: [0.88, 0.515],
  draw(source, label) {
    const [x, y] = onCircle(PI * source.uniform(), 1);
    return around(source, label === 0 ? [x, y] : [1 - x, 0.5 - y], 0.15);
  },
};

/** A circle within a circle; class 1 is the inner one. */
const circles: Plane = {
  classes: 2,
  mean: [0, 0],
  deviation: [0.565, 0.565],
  draw: (source, label) => around(source, onCircle(2 * PI * source.uniform(), label === 0 ? 1 : 0.5), 0.1),
};

/** Two arms of one and a half turns (after TensorFlow Playground). */
const spiral: Plane = {
  classes: 2,
  mean: [0, 0],
  deviation: [0.41, 0.41],
  draw(source, label) {
    const along = source.uniform();
    return around(source, onCircle(PI * (3 * along + label), along), 0.025);
  },
};

/** The square in four quarters; class 1 where x and y have the same sign, a gap of 0.1 along the axes. */
const xor: Plane = {
  classes: 2,
  mean: [0, 0],
  deviation: [0.59, 0.59],
  draw(source, label) {
    const sign = source.below(2) === 0 ? -1 : 1;
    const x = 0.05 + 0.95 * source.uniform();
    const y = 0.05 + 0.95 * source.uniform();
    return [sign * x, (label === 1 ? sign : -sign) * y];
  },
};

/** Two normal distributions that overlap: no network gets all of them right. */
const gaussians: Plane = {
  classes: 2,
  mean: [0, 0],
  deviation: [1.17, 1.17],
  draw: (source, label) => around(source, label === 0 ? [-1, -1] : [1, 1], 0.6),
};

/** Eight normal distributions on a circle, a class each. */
const ring: Plane = {
  classes: 8,
  mean: [0, 0],
  deviation: [0.715, 0.715],
  draw: (source, label) => around(source, onCircle((PI / 4) * label, 1), 0.1),
};

export const planes: Readonly<Record<string, Plane>> = { moons, circles, spiral, xor, gaussians, ring };

/** All examples of a task, pool first, then test: points [x, y] one after another, the classes in turn. */
export function generate(name: string): { readonly labels: Uint8Array; readonly points: Float32Array } {
  const plane = planes[name];
  const source = stream(0, `task/${name}`);
  const labels = Uint8Array.from({ length: POOL + TEST }, (_, example) => example % plane.classes);
  const points = new Float32Array(2 * labels.length);
  labels.forEach((label, example) => points.set(plane.draw(source, label), 2 * example));
  return { labels, points };
}
