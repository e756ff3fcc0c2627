/** A dense layer's passes as matrix products over all its weights. */
import type { Traits } from '../gpu.ts';
import { read, type Binding } from '../kernel.ts';
import {
  begin,
  goalBindings,
  reachFunction,
  reachWeightFunction,
  shaped,
  usesQuads,
  type Goal,
  type MatrixShape,
  type ShapedKernel,
} from './matrix.ts';
import { LISTED } from './modes.ts';
import { product } from './product.ts';
import {
  beginAll,
  gradientBinding,
  modesBinding,
  parametersBinding,
  putGradient,
  putValue,
  stepsBinding,
  valuesBinding,
} from './values.ts';

const once = { positions: 1, stretches: null } as const;

/** y = activation(W x + bias). */
export function forwardDense(shape: MatrixShape, traits: Traits): ShapedKernel {
  const { rows, columns, batch, parameters, weight, bias } = shape;
  const put = putValue(shape, shape.output);
  const sum = (row: string, value: string): string =>
    bias === null ? value : `${value} + parameters[network * ${parameters}u + ${bias}u + ${row}]`;
  const code = product(
    {
      ...{ rows, columns: batch, depth: columns, ...once },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: columns, along: 'k' },
      b: { name: 'x', base: `slot * ${(columns + 1) * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `put(slot, ${row}, ${column}, ${sum(row, value)});`,
    },
    traits,
  );
  const bindings = [
    stepsBinding(shape),
    modesBinding(shape),
    parametersBinding(shape),
    valuesBinding('x', columns, shape),
    ...put.bindings,
  ];
  return shaped('forward, dense', bindings, put.code, code, usesQuads(traits));
}

/** Gradient by the layer's inputs, before their activation, from that by its outputs, `dy` [unit][batch]. */
export function inputGradientDense(shape: MatrixShape, traits: Traits): ShapedKernel {
  const { rows, columns, batch, parameters, weight } = shape;
  const put = putGradient(shape, shape.input);
  const code = product(
    {
      ...{ rows: columns, columns: batch, depth: rows, ...once },
      a: { name: 'parameters', base: `(network * ${parameters}u + ${weight}u)`, stride: columns, along: 'rows' },
      b: { name: 'dy', base: `slot * ${rows * batch}u`, stride: batch },
      begin: begin(shape, `mode == ${LISTED}u`),
      finish: (row, column, value) => `putGradient(slot, ${row}, ${column}, ${value});`,
    },
    traits,
  );
  const bindings = [
    stepsBinding(shape),
    modesBinding(shape),
    parametersBinding(shape),
    gradientBinding('dy', rows, shape),
    ...put.bindings,
  ];
  return shaped('input gradient, dense', bindings, put.code, code, usesQuads(traits));
}

/** Gradient by weights and biases, and what is done with it. */
export function weightGradientDense(shape: MatrixShape, goal: Goal, traits: Traits): ShapedKernel {
  const { rows, columns, batch, slots, bias } = shape;
  const isUpdate = goal.kind === 'update';
  const code = product(
    {
      ...{ rows, columns, depth: batch, ...once },
      a: { name: 'dy', base: `slot * ${rows * batch}u`, stride: batch, along: 'k' },
      b: { name: 'xTurned', base: `slot * ${columns * batch}u`, stride: columns },
      // Gradients are wanted of all weights, however they are worked on.
      begin: isUpdate ? begin(shape, `mode == ${LISTED}u`) : `${beginAll(shape)} let mode = 0u;`,
      finish: (row, column, value) => `reachWeight(network, mode, ${row} * ${columns}u + ${column}, ${value}, step);`,
      ...(bias === null ? {} : { finishRow: (row: string, sum: string) => `reach(network, ${bias}u + ${row}, ${sum}, step);` }),
    },
    traits,
  );
  const bindings: Binding[] = [
    stepsBinding(shape),
    ...(isUpdate ? [modesBinding(shape)] : []),
    ...goalBindings(shape, goal),
    ...(isUpdate ? [trainableBinding(shape)] : []),
    gradientBinding('dy', rows, shape),
    read('xTurned', 'Value', slots * columns * batch),
  ];
  const before = `${reachFunction(shape, goal)}\n${reachWeightFunction(shape, goal)}`;
  return shaped(`${goal.kind}, dense`, bindings, before, code, usesQuads(traits));
}

export const trainableBinding = ({ networks, parameters }: MatrixShape): Binding =>
  read('trainable', 'u32', networks * Math.ceil(parameters / 32));
