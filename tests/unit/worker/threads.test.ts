/** Real worker threads: what they find does not depend on how many they are, and is what the table of fingerprints has. */
import { beforeAll, expect, it } from 'vitest';
import { conduct, runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { addRun, newSession, TRUNK } from '../../../src/sessions/session.ts';
import type { LabClient } from '../../../src/worker/client.ts';
import { spawnThread } from '../../../src/worker/node.ts';
import { openPool, type Hand } from '../../../src/worker/pool.ts';
import { table } from '../../parity/harness/table.ts';
import { crewOf, experiments, rowsOf } from '../../support/experiments.ts';
import { MemoryNotebook } from '../science/notebook.ts';

const recipe = experiments.digits;

const undisturbed = () => () => undefined;

/** The table's rows, the session's file without times, and how many threads there were, each of which had a run at once. */
async function conducted(
  threads: number,
  disturb: (lab: LabClient) => () => void = undisturbed,
  meet: (hand: Hand, number: number) => void = () => undefined,
) {
  let spawned = 0;
  const spawn = () => {
    const hand = spawnThread();
    meet(hand, ++spawned);
    return hand;
  };
  const { hear, hold } = crewOf(threads);
  const lab = await openPool(spawn, threads, { recipe, engine: 'sparse' }, hear);
  let end: () => void = () => undefined;
  void hold(lab).then(() => (end = disturb(lab)));
  try {
    const notebook = new MemoryNotebook();
    let session = newSession(recipe);
    await conduct(planOf(recipe), lab, notebook, (result) => {
      session = addRun(session, TRUNK, { ...result, trainMs: 0 });
    });
    const results = [...notebook.outcomes.values()].map(({ result }) => result);
    return { spawned, found: rowsOf('digits', results), file: exportSession(session) };
  } finally {
    end();
    lab.dispose();
  }
}

/** Stops and lets go every few milliseconds. */
function pausing(lab: LabClient): () => void {
  let isPaused = false;
  const timer = setInterval(() => {
    isPaused = !isPaused;
    if (isPaused) lab.pause();
    else lab.resume();
  }, 7);
  return () => clearInterval(timer);
}

function slowed(lab: LabClient): () => void {
  lab.setTempo({ stepsPerSecond: 300, allowance: Infinity });
  return () => undefined;
}

let one: Awaited<ReturnType<typeof conducted>>;
beforeAll(async () => {
  one = await conducted(1);
}, 60_000);

it('one thread finds what the table has', () => {
  const runs = runsOf(planOf(recipe)).length;
  expect(one.spawned).toBe(1);
  expect(Object.keys(one.found)).toHaveLength(runs);
  expect(table.runs).toMatchObject(one.found);
  expect((JSON.parse(one.file) as { runs: unknown[] }).runs).toHaveLength(runs);
});

it('more find and write the same, byte for byte but for times, with pauses and at another pace, too', async () => {
  const others = [await conducted(2), await conducted(3, pausing), await conducted(1, slowed)];
  expect(others.map(({ spawned }) => spawned)).toEqual([2, 3, 1]);
  for (const { found, file } of others) {
    expect(found).toEqual(one.found);
    expect(file).toBe(one.file);
  }
}, 120_000);

it('a thread that ends in the middle of its work is replaced, and the same is found', async () => {
  const broken = await conducted(1, undisturbed, (hand, number) => {
    const run = hand.worker.run.bind(hand.worker);
    let runs = 0;
    hand.worker.run = (request) => {
      const outcome = run(request);
      // As if the system took it away: nobody is told.
      if (number === 1 && ++runs === 2) hand.end();
      return outcome;
    };
  });
  expect(broken.spawned).toBe(2);
  expect(broken.found).toEqual(one.found);
  expect(broken.file).toBe(one.file);
}, 60_000);
