/** Several runs on one trainer, here the sparse engine's: what each finds is what it would find alone, and nobody waits for long. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSparseEngine } from '../../../src/engines/sparse/engine.ts';
import { Pace } from '../../../src/engines/pace.ts';
import { Cancelled, type Engine, type NetworkPlan, type Trainer } from '../../../src/science/trainer.ts';
import { SharedSeat } from '../../../src/worker/shared-seat.ts';
import { SharedTrainer } from '../../../src/worker/shared-trainer.ts';
import { Trainers } from '../../../src/worker/trainers.ts';
import { OutOfMemory } from '../../../src/engines/lost.ts';
import { begin, bits, mixedPlanes, optimizers, tinyModel, unhurried } from '../engines/suites/setup.ts';
import { tinyTask } from '../../support/tiny-task.ts';

const task = tinyTask();
const model = tinyModel(task);
const planes = mixedPlanes(model);
const plan: NetworkPlan = { model, task, optimizer: optimizers.adam, weightDecay: 0.01, batchSize: 8 };
const examples = Uint32Array.from({ length: 60 }, (_, at) => at);
const startOf = (seed: number) => begin(model, task, planes, { seed });

let engine: Engine;
beforeAll(async () => {
  engine = await createSparseEngine();
});
afterAll(() => engine.dispose());

/** The positions up to which each call of the trainer trained its networks. */
let rounds: (readonly number[])[];
let trainer: Trainer;
let shared: SharedTrainer;

beforeEach(async () => {
  rounds = [];
  trainer = await engine.createTrainer({ ...plan, networks: 3 });
  const train = trainer.train.bind(trainer);
  trainer.train = (until, control) => {
    rounds.push(until);
    return train(until, control);
  };
  shared = new SharedTrainer(trainer, task);
});

async function seated(seed: number): Promise<SharedSeat> {
  const seat = await shared.take();
  if (!(seat instanceof SharedSeat)) throw new Error('not a seat beside others');
  seat.start(0, startOf(seed));
  return seat;
}

/** A seat's run in strides, measured after each. */
async function run(seat: SharedSeat, strides: readonly number[], pace = new Pace()): Promise<number> {
  let loss = NaN;
  for (const until of strides) {
    await seat.train([until], pace.withoutPause);
    ({ loss } = await seat.metrics(0, examples, pace));
  }
  return loss;
}

async function alone(seed: number, until: number) {
  const own = await engine.createTrainer({ ...plan, networks: 1 });
  own.start(0, startOf(seed));
  await own.train([until], unhurried);
  const { parameters } = await own.read(0);
  own.dispose();
  return bits(parameters);
}

describe('a shared trainer', () => {
  it('trains in one round what is asked at the same time, and each network as if it were alone', async () => {
    const seats = [await seated(1), await seated(2), await seated(3)];
    const losses = await Promise.all(seats.map((seat) => run(seat, [5, 10, 15])));
    expect(rounds).toEqual([5, 10, 15].map((until) => [until, until, until]));
    expect(new Set(losses).size).toBe(3);
    for (const [index, seat] of seats.entries()) expect(bits((await seat.read()).parameters)).toEqual(await alone(index + 1, 15));
    shared.dispose();
  });

  it('lets those rest who have nothing more to train, and who were never started', async () => {
    const [one, other] = [await seated(1), await seated(2)];
    await Promise.all([run(one, [4]), run(other, [4, 8, 12])]);
    expect(rounds.at(-1)).toEqual([0, 12, 0]);
    expect(bits((await one.read()).parameters)).toEqual(await alone(1, 4));
    expect(bits((await other.read()).parameters)).toEqual(await alone(2, 12));
    shared.dispose();
  });

  it('counts what a run waits for others, and nothing of its own steps', async () => {
    const [short, long] = [await seated(1), await seated(2)];
    await Promise.all([short, long].map((seat) => seat.train([1], unhurried)));
    const before = [short.waited, long.waited];
    const began = performance.now();
    await Promise.all([short.train([2], unhurried), long.train([201], unhurried)]);
    const took = performance.now() - began;
    expect(short.waited - before[0]).toBeGreaterThan(0.9 * took);
    expect(long.waited - before[1]).toBeLessThan(0.1 * took);
    shared.dispose();
  });

  it('goes on without a run that is held between two strides or in a measurement', async () => {
    const [held, measuring, going] = [await seated(1), await seated(2), await seated(3)];
    await Promise.all([held, measuring, going].map((seat) => seat.train([1], unhurried)));
    const pace = new Pace();
    pace.pause();
    const answer = measuring.metrics(0, examples, { due: () => true, breathe: () => pace.breathe() });
    await going.train([20], unhurried);
    await going.metrics(0, examples, unhurried);
    await going.train([40], unhurried);
    expect(bits((await going.read()).parameters)).toEqual(await alone(3, 40));
    pace.resume();
    expect((await answer).loss).toBeGreaterThan(0);
    await Promise.all([held, measuring, going].map((seat) => seat.train([60], unhurried)));
    expect(bits((await held.read()).parameters)).toEqual(await alone(1, 60));
    shared.dispose();
  });

  it('a run that is stopped leaves the round alone', async () => {
    const [stopped, going] = [await seated(1), await seated(2)];
    await Promise.all([stopped, going].map((seat) => seat.train([1], unhurried)));
    const paces = [new Pace(), new Pace()];
    const leaving = stopped.train([100_000_000], paces[0]);
    const staying = going.train([3000], paces[1]);
    setTimeout(() => paces[0].cancel(), 20);
    await expect(leaving).rejects.toBeInstanceOf(Cancelled);
    stopped.dispose();
    setTimeout(() => paces[1].cancel(), 200);
    // The round goes on for those who stay; both stopped, it is over.
    await expect(staying).rejects.toBeInstanceOf(Cancelled);
    expect(rounds.at(-1)).toEqual([100_000_000, 3000, 0]);
    const next = await seated(3);
    await next.train([10], unhurried);
    expect(bits((await next.read()).parameters)).toEqual(await alone(3, 10));
    shared.dispose();
  });

  it('an error reaches all who are in the round, and nobody else', async () => {
    const [one, other, later] = [await seated(1), await seated(2), await seated(3)];
    one.start(0, {
      ...startOf(1),
      rateAt: (position) => {
        if (position === 7) throw new Error('no rate');
        return 0.05;
      },
    });
    await Promise.all([one, other].map((seat) => seat.train([1], unhurried)));
    const asked = [one, other].map((seat) => seat.train([10], unhurried));
    for (const answer of asked) await expect(answer).rejects.toThrow('no rate');
    await later.train([10], unhurried);
    expect(bits((await later.read()).parameters)).toEqual(await alone(3, 10));
    shared.dispose();
  });

  it('has a seat for the next run when one is given back', async () => {
    const seats = [await seated(1), await seated(2), await seated(3)];
    expect(shared.isIdle).toBe(false);
    let isSeated = false;
    const fourth = seated(4).then((seat) => {
      isSeated = true;
      return seat;
    });
    await run(seats[0], [5]);
    expect(isSeated).toBe(false);
    seats[1].dispose();
    const late = await fourth;
    await Promise.all([run(seats[0], [10]), run(late, [10])]);
    expect(bits((await late.read()).parameters)).toEqual(await alone(4, 10));
    for (const seat of [...seats, late]) seat.dispose();
    expect(shared.isIdle).toBe(true);
    shared.dispose();
  });

  it('tells whoever has or awaits a seat that its networks are lost', async () => {
    const seats = [await seated(1), await seated(2), await seated(3)];
    const waiting = shared.take();
    shared.abandon(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(seats[0].train([5], unhurried)).rejects.toThrow('gone');
    await expect(seats[1].metrics(0, examples, unhurried)).rejects.toThrow('gone');
    expect(() => seats[2].start(0, startOf(3))).toThrow('gone');
  });
});

describe('the trainers of a worker', () => {
  /** The sparse engine as if it gained from networks side by side, with room for so many; `made` hears of each trainer. */
  const wide = (room: number, made: (networks: number) => void): Engine => ({
    ...engine,
    capacity: () => 8,
    createTrainer: (wanted) => {
      if (wanted.networks > room) return Promise.reject(new OutOfMemory());
      made(wanted.networks);
      return engine.createTrainer(wanted);
    },
  });

  it('make one trainer for runs of the same plan, also where they come at once, and keep it for the next level', async () => {
    const made: number[] = [];
    const [trainers, sparse] = [new Trainers(), wide(8, (networks) => made.push(networks))];
    const seats = await Promise.all([1, 2, 3].map(() => trainers.take(sparse, plan, 6)));
    for (const seat of seats) seat.giveBack();
    (await trainers.take(sparse, plan, 6)).giveBack();
    expect(made).toEqual([6]);
    const other = { ...plan, batchSize: 4 };
    (await trainers.take(sparse, other, 6)).giveBack();
    (await trainers.take(sparse, plan, 6)).giveBack();
    expect(made).toEqual([6, 6, 6]);
    trainers.drop();
  });

  it('take fewer seats where the device has no room for all', async () => {
    const made: number[] = [];
    const trainers = new Trainers();
    await trainers.take(
      wide(2, (networks) => made.push(networks)),
      plan,
      6,
    );
    expect(made).toEqual([2]);
    trainers.drop();
    await expect(
      trainers.take(
        wide(0, () => undefined),
        plan,
        6,
      ),
    ).rejects.toBeInstanceOf(OutOfMemory);
    await trainers.take(
      wide(1, (networks) => made.push(networks)),
      plan,
      6,
    );
    expect(made).toEqual([2, 1]);
    trainers.drop();
  });

  it('hand the one network of an engine that trains one after the other from run to run', async () => {
    const trainers = new Trainers();
    const first = await trainers.take(engine, plan, 6);
    const order: string[] = [];
    const second = trainers.take(engine, plan, 6).then((seat) => {
      order.push('second');
      return seat;
    });
    first.trainer.start(0, startOf(1));
    await first.trainer.train([10], unhurried);
    order.push('first');
    first.giveBack();
    const seat = await second;
    expect(order).toEqual(['first', 'second']);
    seat.giveBack();
    const third = await trainers.take(engine, plan, 6);
    const waiting = trainers.take(engine, plan, 6);
    await new Promise((resolve) => setTimeout(resolve, 0));
    trainers.abandon(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    third.giveBack();
  });

  it('keep what somebody trains on when another is made', async () => {
    const trainers = new Trainers();
    const sparse = wide(8, () => undefined);
    const busy = await trainers.take(sparse, plan, 2);
    busy.trainer.start(0, startOf(1));
    const other = await trainers.take(sparse, { ...plan, batchSize: 4 }, 2);
    await busy.trainer.train([10], unhurried);
    expect(bits((await busy.trainer.read(0)).parameters)).toEqual(await alone(1, 10));
    other.giveBack();
    busy.giveBack();
    trainers.drop();
  });
});
