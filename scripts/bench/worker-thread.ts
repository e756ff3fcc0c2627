/** Trains on the sparse engine in a thread of its own: a number of steps comes in, the time they took goes out. */
import { parentPort } from 'node:worker_threads';
import { createSparseEngine } from '../../src/engines/sparse/engine.ts';
import { LabContender } from './lab.ts';
import { randomMask } from './common.ts';
import { lenet, openMnist } from './setting.ts';
import { WORKER_DENSITY } from './workers.ts';

const port = parentPort;
if (port === null) throw new Error('this is the entry of a worker thread');
const setting = lenet(await openMnist());
const contender = await LabContender.open(await createSparseEngine(), setting);
await contender.restart(randomMask(setting.model, WORKER_DENSITY));
await contender.train(100);
port.on('message', (steps: number) => {
  contender.train(steps).then(
    (ms) => port.postMessage(ms),
    (error: unknown) => {
      throw error;
    },
  );
});
port.postMessage(0);
