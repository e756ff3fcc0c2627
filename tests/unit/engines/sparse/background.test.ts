/** Data of which most is background: right, and every kernel gives the bits of the plain ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Background, shiftOf } from '../../../../src/engines/sparse/background.ts';
import type { Heap } from '../../../../src/engines/sparse/heap.ts';
import { panelOrder } from '../../../../src/engines/sparse/background-matrix.ts';
import { Slot } from '../../../../src/engines/sparse/slots.ts';
import type { Kernels } from '../../../../src/engines/sparse/wasm.ts';
import { Place } from '../../../../src/engines/places.ts';
import { prunableParameters, type Model } from '../../../../src/models/model.ts';
import { normal } from '../../../../src/numerics/sampling.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { bitsWhere, type Planes } from '../../../../src/science/mask.ts';
import type { Task } from '../../../../src/tasks/task.ts';
import { tinyTask } from '../../../support/tiny-task.ts';
import { begin, bits, mixedPlanes, optimizers, tinyModel, unhurried, type Bench } from '../suites/setup.ts';
import { expectGradients, expectSteps } from './checks.ts';
import { openHeap, openSparse } from './open.ts';

const mostlyBackground = (background: number): Task => tinyTask({ input: { height: 6, width: 7, channels: 1 }, count: 80, background });

const planesOf = (model: Model, isPresent: (index: number) => boolean): Planes =>
  Object.fromEntries(
    prunableParameters(model).map(({ name, size }) => {
      const present = bitsWhere(size, isPresent);
      return [name, { present, trainable: present }];
    }),
  );

let bench: Bench;
beforeAll(async () => {
  bench = await openSparse();
});
afterAll(() => bench.engine.dispose());

describe.each([0.05, 0.5, 0.95])('%f of the data is background', (share) => {
  const task = mostlyBackground(share);
  const model = tinyModel(task);

  it.each([
    { name: 'every weight', planes: {} },
    { name: 'most weights', planes: planesOf(model, (index) => index % 5 > 0) },
    { name: 'few weights', planes: planesOf(model, (index) => index % 5 === 0) },
    { name: 'hardly any weights', planes: planesOf(model, (index) => index % 17 === 0) },
    { name: 'frozen ones too', planes: mixedPlanes(model) },
  ])('a network that keeps $name moves as differences of its loss say', async ({ planes }) => {
    await expectSteps(bench.engine, task, model, planes, [9, 32, 40]);
    await expectGradients(bench.engine, task, model, planes, 21);
  });

  it('weights that are absent stay 0, and so do their moments', async () => {
    const planes = planesOf(model, (index) => index % 20 > 0);
    const trainer = await bench.engine.createTrainer({
      ...{ model, task, optimizer: optimizers.adam, weightDecay: 0.1, batchSize: 8, networks: 1 },
    });
    const full = Object.fromEntries(model.parameters.map(({ name, size }) => [name, new Float32Array(size).fill(0.5)]));
    trainer.start(0, begin(model, task, planes, { snapshot: { parameters: full, buffers: {} } }));
    trainer.writeOptimizer(
      0,
      Object.fromEntries(
        Object.entries(full).flatMap(([name, values]) => [
          [`${name}/m`, values],
          [`${name}/v`, values],
        ]),
      ),
    );
    await trainer.train([3], unhurried);
    for (const held of [(await trainer.read(0)).parameters, await trainer.readOptimizer(0)]) {
      for (const [name, values] of Object.entries(held)) {
        if (!name.includes('weight')) continue;
        values.forEach((value, index) => expect(Object.is(value, 0), `${name} ${index}`).toBe(index % 20 === 0));
      }
    }
    trainer.dispose();
  });
});

it('is known of images in grey of which a table is arithmetic, and of nothing else', () => {
  const grey = mostlyBackground(0.5);
  expect(shiftOf(grey)).toEqual({ value: -4, scale: 1 / 32 });
  expect(shiftOf(tinyTask({ kind: 'floats', background: 0.5 }))).toBeNull();
  expect(shiftOf(mostlyBackground(0))).toBeNull();
  expect(shiftOf(tinyTask({ input: { height: 4, width: 4, channels: 2 }, background: 0.5 }))).toBeNull();
  expect(shiftOf(tinyTask({ input: { height: 3, width: 5, channels: 1 }, background: 0.5 }))).toBeNull();
  const bent = { ...grey.inputs, table: Float32Array.from({ length: 256 }, (_, byte) => Math.sqrt(byte)) };
  expect(shiftOf({ ...grey, inputs: bent })).toBeNull();
});

describe('the ways through a layer', () => {
  // More wide panels than take turns, and a narrow one.
  const [ROWS, FEATURES, LANES] = [116, 23, 64];
  const STRIDE = 4 * LANES;
  const BACKGROUND = -0.42;
  const SCALE = 2 ** -6;
  let heap: Heap;
  let input: Background;
  let x: number;
  /** The weights of all rows, some of them 0, and those that are not as compressed rows. */
  let weights: number;
  let kept: { starts: number; columns: number; weights: number; order: number[] };
  let bias: number;
  let dy: number;
  const source = stream(3, 'ways');
  const words = (values: readonly number[]): number => {
    const at = heap.allocate(4 * values.length);
    heap.u32.set(values, at >> 2);
    return at;
  };
  const floats = (values: readonly number[]): number => {
    const at = heap.allocate(4 * values.length);
    heap.f32.set(values, at >> 2);
    return at;
  };
  const read = (at: number, count: number): number[] => Array.from(heap.f32.subarray(at >> 2, (at >> 2) + count));
  const drawn = (count: number): number[] => Array.from({ length: count }, () => normal(source));

  beforeAll(async () => {
    heap = await openHeap();
    const slot = new Slot(new Place({ height: 1, width: FEATURES, channels: 1 }), STRIDE);
    slot.allocate(heap, false);
    input = new Background(heap, slot, { value: BACKGROUND, scale: SCALE });
    x = slot.value;
    // Feature f is live in f examples at most, and the first in none.
    for (let feature = 0; feature < FEATURES; feature++) {
      for (let lane = 0; lane < feature; lane++) heap.f32[(x + feature * STRIDE) / 4 + source.below(LANES)] = normal(source);
    }
    const all = drawn(ROWS * FEATURES).map((value) => (source.below(4) === 0 ? 0 : value));
    const order = all.flatMap((value, index) => (value === 0 ? [] : [index]));
    weights = floats(all);
    const starts = Array.from({ length: ROWS + 1 }, (_, row) => order.filter((index) => index < row * FEATURES).length);
    kept = {
      starts: words(starts),
      columns: words([...order.map((index) => (index % FEATURES) * STRIDE), ...new Array<number>(8).fill(0)]),
      weights: floats([...order.map((index) => all[index]), ...new Array<number>(8).fill(0)]),
      order,
    };
    bias = floats(drawn(ROWS));
    dy = floats(drawn(ROWS * LANES));
    // What the lists are made of: the bytes of each example, one of which adds `SCALE`.
    const bytes = heap.allocate(FEATURES * LANES);
    const addresses = words(Array.from({ length: LANES }, (_, lane) => bytes + lane * FEATURES));
    for (let lane = 0; lane < LANES; lane++) {
      for (let feature = 0; feature < FEATURES; feature++) {
        const byte = heap.f32[(x + feature * STRIDE) / 4 + lane] === 0 ? 0 : 1 + source.below(255);
        heap.u8[bytes + lane * FEATURES + feature] = byte;
        heap.f32[(x + feature * STRIDE) / 4 + lane] = byte * SCALE;
      }
    }
    input.loaded(addresses);
  });

  const inputs = (): number[] => read(x, FEATURES * LANES);
  const isLive = (feature: number): boolean =>
    inputs()
      .slice(feature * LANES, (feature + 1) * LANES)
      .some((value) => value !== 0);

  const u32 = (at: number, count: number): number[] => Array.from(heap.u32.subarray(at >> 2, (at >> 2) + count));

  it('find the features that are live', () => {
    const live = Array.from({ length: FEATURES }, (_, feature) => isLive(feature));
    expect(input.flag()).toBe(live.filter(Boolean).length / FEATURES);
    expect(live.map((_, feature) => heap.u8[input.flags + (feature * STRIDE) / 128] === 1)).toEqual(live);
  });

  it('list what is not background, by example and by feature', () => {
    const [examples, features] = [input.listExamples(), input.listFeatures()];
    const values = inputs();
    const list = ({ entries, firsts }: { entries: number; firsts: number }, of: number): (readonly [number, number])[] => {
      const [first, last] = u32(firsts + 4 * of, 2);
      return Array.from(
        { length: last - first },
        (_, k) => [u32(entries + 8 * (first + k), 1)[0], read(entries + 8 * (first + k) + 4, 1)[0]] as const,
      );
    };
    for (let lane = 0; lane < LANES; lane++) {
      const its = Array.from({ length: FEATURES }, (_, feature) => [feature, values[feature * LANES + lane]] as const).filter(
        ([, value]) => value !== 0,
      );
      expect(list(examples, lane)).toEqual(its);
    }
    for (let at = 0; at < 4 * FEATURES; at++) {
      const [feature, rest] = [Math.floor(at / 4), at % 4];
      const its = Array.from({ length: LANES }, (_, lane) => [lane, values[feature * LANES + lane]] as const).filter(
        ([lane, value]) => lane % 4 === rest && value !== 0,
      );
      expect(list(features, at)).toEqual(its);
    }
  });

  /** The pairs of the kept weights whose features are live. */
  function pairs(): { readonly entries: number; readonly firsts: number; readonly lasts: number } {
    input.flag();
    const entries = heap.allocate(8 * (kept.order.length + 4));
    const [firsts, lasts] = [heap.allocate(4 * (ROWS + 1)), heap.allocate(4 * ROWS)];
    heap.kernels.keepLive(ROWS, kept.starts, kept.starts + 4, kept.columns, input.flags, entries, firsts, lasts);
    return { entries, firsts, lasts };
  }

  /** The weights of all rows in panels: one of sixteen rows and one of four. */
  const order = panelOrder(ROWS, FEATURES);
  const panels = (): number => {
    const canonical = read(weights, ROWS * FEATURES);
    return floats(Array.from(order, (index) => canonical[index]));
  };

  it('fold the background into the bias, absent weights or not', () => {
    const [sparse, dense, panelled] = [heap.allocate(4 * ROWS), heap.allocate(4 * ROWS), heap.allocate(4 * ROWS)];
    const all = words(Array.from({ length: ROWS + 1 }, (_, row) => row * FEATURES));
    heap.kernels.foldBackground(ROWS, kept.starts, kept.weights, bias, BACKGROUND, sparse);
    heap.kernels.foldBackground(ROWS, all, weights, bias, BACKGROUND, dense);
    const { fround } = Math;
    const expected = read(bias, ROWS).map((own, row) => {
      const sum = read(weights + 4 * row * FEATURES, FEATURES).reduce((total, weight) => fround(total + weight), 0);
      return fround(own + fround(fround(BACKGROUND) * sum));
    });
    expect(read(sparse, ROWS)).toEqual(expected);
    expect(read(dense, ROWS)).toEqual(expected);
    heap.kernels.foldPanels(ROWS, FEATURES, panels(), bias, BACKGROUND, panelled);
    expect(read(panelled, ROWS)).toEqual(expected);
  });

  it('give the same outputs, to the bit', () => {
    const plain = (kernels: Kernels, y: number): void =>
      kernels.forward(ROWS, kept.starts, kept.columns, kept.weights, bias, x, y, STRIDE, 1, 1, 1, 0, 0, 0, 0);
    const sparse = (kernels: Kernels, y: number): void => {
      const { firsts, entries } = pairs();
      kernels.liveForward(ROWS, firsts, entries, kept.weights, bias, x, y, STRIDE, 1);
    };
    const dense = (kernels: Kernels, y: number): void => {
      const { entries, firsts } = input.listExamples();
      const turned = heap.allocate(4 * ROWS * LANES);
      kernels.panelForward(ROWS, FEATURES, LANES, entries, firsts, panels(), bias, turned, 1);
      kernels.transpose(LANES, ROWS, turned, 4 * ROWS, y, STRIDE);
    };
    const [first, ...others] = [plain, sparse, dense].map((way) => {
      const y = floats(drawn(ROWS * LANES));
      way(heap.kernels, y);
      return read(y, ROWS * LANES);
    });
    for (const other of others) expect(other).toEqual(first);
    let sum = read(bias, ROWS)[ROWS - 1];
    for (let feature = 0; feature < FEATURES; feature++)
      sum += read(weights, ROWS * FEATURES)[(ROWS - 1) * FEATURES + feature] * inputs()[feature * LANES + 5];
    expect(first[(ROWS - 1) * LANES + 5]).toBeCloseTo(Math.max(0, sum), 4);
  });

  it('give the same gradients, to the bit', () => {
    const slopes = heap.allocate(4 * ROWS);
    heap.kernels.sumRows(ROWS, dy, slopes, STRIDE, 1, 1, 0, 0);
    const plain = heap.allocate(4 * (kept.order.length + 8));
    heap.kernels.weightGradient(ROWS, kept.starts, kept.starts + 4, kept.columns, plain, x, dy, STRIDE, 1, 1, 0, 0, 0, 0, 0);
    const { fround } = Math;
    const rest = read(slopes, ROWS).map((slope) => fround(fround(BACKGROUND) * slope));
    const expected = read(plain, kept.order.length).map((value, k) => fround(value + rest[Math.floor(kept.order[k] / FEATURES)]));
    const ends = kept.starts + 4;
    const live = pairs();
    const paired = floats(drawn(kept.order.length + 8));
    const { kernels } = heap;
    kernels.liveWeightGradient(ROWS, kept.starts, ends, live.firsts, live.lasts, live.entries, paired, x, dy, STRIDE, BACKGROUND, slopes);
    expect(read(paired, kept.order.length)).toEqual(expected);
    kernels.addBackground(ROWS, kept.starts, ends, plain, BACKGROUND, slopes);
    expect(read(plain, kept.order.length)).toEqual(expected);
    const found = floats(drawn(ROWS * FEATURES));
    input.listExamples();
    const { entries, firsts } = input.listFeatures();
    const turned = heap.allocate(4 * ROWS * LANES);
    heap.kernels.transpose(ROWS, LANES, dy, STRIDE, turned, 4 * ROWS);
    heap.kernels.panelWeightGradient(ROWS, FEATURES, entries, firsts, found, turned, BACKGROUND, slopes);
    const all = new Array<number>(ROWS * FEATURES);
    read(found, ROWS * FEATURES).forEach((value, place) => (all[order[place]] = value));
    expect(kept.order.map((index) => all[index])).toEqual(expected);
    const [values, gradients] = [inputs(), read(dy, ROWS * LANES)];
    for (const [row, feature] of [
      [0, 0],
      [ROWS - 1, FEATURES - 1],
    ]) {
      let sum = 0;
      for (let lane = 0; lane < LANES; lane++) sum += gradients[row * LANES + lane] * (values[feature * LANES + lane] + BACKGROUND);
      expect(all[row * FEATURES + feature]).toBeCloseTo(sum, 3);
    }
  });
});

it('levels that are computed either way in turn go on from each other, beside a neighbour or not', async () => {
  const task = mostlyBackground(0.7);
  const model = tinyModel(task, { hidden: [37, 11] });
  const [most, few] = [planesOf(model, (index) => index % 7 > 0), planesOf(model, (index) => index % 3 === 0)];
  /** Stretches of training between which the mask is stored whole, in pairs, and so on. */
  const trained = async (networks: number) => {
    const trainer = await bench.engine.createTrainer({
      ...{ model, task, optimizer: optimizers.adam, weightDecay: 0.01, batchSize: 8, networks },
    });
    const all = Array.from({ length: networks }, (_, network) => network);
    for (const network of all) trainer.start(network, begin(model, task, network === 1 ? few : most, { seed: network + 1 }));
    const examples = Uint32Array.from({ length: 30 }, (_, index) => index);
    const found = [];
    for (const [at, planes] of [most, few, most, few].entries()) {
      trainer.setPlanes(0, planes);
      await trainer.train(
        all.map(() => 5 * (at + 1)),
        unhurried,
      );
      found.push(
        await trainer.metrics(0, examples, unhurried),
        bits((await trainer.read(0)).parameters),
        bits(await trainer.readOptimizer(0)),
      );
    }
    trainer.dispose();
    return found;
  };
  // The neighbour's mask is computed in pairs.
  expect(await trained(2)).toEqual(await trained(1));
});
