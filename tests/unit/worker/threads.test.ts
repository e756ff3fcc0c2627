/** Real worker threads: what they find does not depend on how many they are. */
import { expect, it } from 'vitest';
import { conduct, runsOf } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { addRun, newSession, TRUNK } from '../../../src/sessions/session.ts';
import type { LabClient } from '../../../src/worker/client.ts';
import { spawnThread } from '../../../src/worker/node.ts';
import { openPool, type Hand } from '../../../src/worker/pool.ts';
import { MemoryNotebook } from '../science/notebook.ts';
import { tinyRecipe } from '../science/recipes.ts';

const recipe = tinyRecipe({ pruning: { levels: 2 }, seeds: [1, 2] });

const undisturbed = () => () => undefined;

/** Fingerprints by run key, the session's file without times, and how many threads there were. */
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
  const lab = await openPool(spawn, threads, { recipe, engine: 'sparse' }, () => undefined);
  const end = disturb(lab);
  try {
    const notebook = new MemoryNotebook();
    let session = newSession(recipe);
    await conduct(planOf(recipe), lab, notebook, (result) => {
      session = addRun(session, TRUNK, { ...result, trainMs: 0 });
    });
    const found = new Map([...notebook.outcomes].map(([key, { result }]) => [key, result.fingerprint]));
    return { spawned, found, file: exportSession(session) };
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

it('one thread and more find and write the same, byte for byte but for times, with pauses and at another pace, too', async () => {
  const one = await conducted(1);
  const runs = runsOf(planOf(recipe)).length;
  expect(one.found.size).toBe(runs);
  expect(new Set(one.found.values()).size).toBe(runs);
  expect((JSON.parse(one.file) as { runs: unknown[] }).runs).toHaveLength(runs);
  const others = [await conducted(2), await conducted(3, pausing), await conducted(1, slowed)];
  expect([one, ...others].map(({ spawned }) => spawned)).toEqual([1, 2, 3, 1]);
  for (const { found, file } of others) {
    expect(found).toEqual(one.found);
    expect(file).toBe(one.file);
  }
}, 120_000);

it('a thread that ends in the middle of its work is replaced, and the same is found', async () => {
  const whole = await conducted(1);
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
  expect([whole.spawned, broken.spawned]).toEqual([1, 2]);
  expect(broken.found).toEqual(whole.found);
  expect(broken.file).toBe(whole.file);
}, 60_000);
