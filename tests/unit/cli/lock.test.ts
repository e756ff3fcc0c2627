import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { lock, type Holder } from '../../../src/cli/lock.ts';

const folder = await mkdtemp(join(tmpdir(), 'lab-lock-'));
const path = join(folder, 'session.json');
const nobody = (): void => undefined;
const holder = (process: number, host: string): string => JSON.stringify({ process, host, since: 'yesterday', token: 'another' });

it('is held by one at a time, also where all find it abandoned at once', async () => {
  const gone = spawnSync(process.execPath, ['--version']).pid;
  await writeFile(`${path}.lock`, holder(gone, hostname()));
  let [inside, most] = [0, 0];
  const work = async (): Promise<void> => {
    const held = await lock(path, nobody);
    most = Math.max(most, ++inside);
    await setTimeout(5);
    expect(await held.isHeld()).toBe(true);
    inside--;
    await held.release();
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it('says once who holds it, and is taken once it is let go', async () => {
  const held = await lock(path, nobody);
  const told: (Holder | null)[] = [];
  const next = lock(path, (who) => told.push(who));
  await setTimeout(1000);
  expect(told).toMatchObject([{ process: process.pid, host: hostname() }]);
  await held.release();
  await (await next).release();
});

it('of another machine is taken over once that has not been heard of for long', async () => {
  await writeFile(`${path}.lock`, holder(process.pid, 'elsewhere'));
  const next = lock(path, nobody);
  expect(await Promise.race([next, setTimeout(700, 'waits')])).toBe('waits');
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(`${path}.lock`, longAgo, longAgo);
  await (await next).release();
});

it('is known to be lost by whom it was taken from', async () => {
  const held = await lock(path, nobody);
  const longAgo = new Date(Date.now() - 120_000);
  await utimes(`${path}.lock`, longAgo, longAgo);
  const other = await lock(path, nobody);
  expect(await held.isHeld()).toBe(false);
  await held.release();
  expect(await other.isHeld()).toBe(true);
  await other.release();
});

it('needs a folder that can be written to', async () => {
  await expect(lock(join(folder, 'none', 'session.json'), nobody)).rejects.toMatchObject({ subject: '--out' });
});
