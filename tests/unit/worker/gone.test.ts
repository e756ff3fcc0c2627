import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { whileAlive, WorkerGone } from '../../../src/worker/gone.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('gives the answer, or says that the worker died before it, or had died already', async () => {
  const death = new AbortController();
  expect(await whileAlive(death.signal, Promise.resolve(7))).toBe(7);
  await expect(whileAlive(death.signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
  const waiting = whileAlive(death.signal, new Promise(() => undefined));
  const dead = new WorkerGone('it ended by itself');
  death.abort(dead);
  await expect(waiting).rejects.toBe(dead);
  await expect(whileAlive(death.signal, Promise.resolve(7))).rejects.toBe(dead);
});

it('keeps none of the answers while the worker lives', async () => {
  const death = new AbortController();
  const answers: WeakRef<object>[] = [];
  for (let question = 0; question < 20; question++) {
    answers.push(new WeakRef(await whileAlive(death.signal, Promise.resolve({ question }))));
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  collectGarbage();
  const kept = answers.filter((answer) => answer.deref() !== undefined);
  // The last one may still lie on the stack.
  expect(kept.length).toBeLessThanOrEqual(1);
});
