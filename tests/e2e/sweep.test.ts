/** Sweeping the storage in the background: nobody feels it, however much is stored. Tasks are measured in processor time (support/tasks.ts). */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { useSite } from './support/site.ts';
import { recordedTasks, recordTasks } from './support/tasks.ts';

const site = useSite();

const [LIBRARY, OUTCOMES, GUESTS] = ['lottery-ticket-lab', 'lottery-ticket-lab-outcomes', 'lottery-ticket-lab-guests'];
const SESSIONS = 20;
/** Outcomes of runs that no session speaks of: trained here, and come with files. */
const ORPHANS = { here: 200, guests: 5000 };
/** After which a page that has loaded begins to sweep. */
const QUIET_MS = 20_000;

const example = (): Promise<string> => readFile(join(import.meta.dirname, '../../public/examples/lenet-300-100-mnist.json'), 'utf8');

/** How many records there are. */
const count = (page: Page, database: string): Promise<number> =>
  page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error ?? new Error(name));
        // One that is not there yet holds nothing; the lab is to make it as it wants it.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onsuccess = () => {
          const counting = opening.result.transaction('records').objectStore('records').count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }).catch(() => 0),
    database,
  );

/** Copies of the only session, each of runs of its own. */
const multiply = (page: Page, times: number): Promise<void> =>
  page.evaluate(
    ([name, copies]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('records', 'readwrite');
          const records = transaction.objectStore('records');
          const reading = records.getAll(IDBKeyRange.bound('entry/', 'entry0'));
          reading.onsuccess = () => {
            const [entry] = reading.result as [{ id: string; keys: string[] }];
            const own = (key: string, copy: number): string => copy.toString(16).padStart(4, '0') + key.slice(4);
            const keys = new Set(entry.keys);
            const readingText = records.get(`session/${entry.id}`);
            readingText.onsuccess = () => {
              for (let copy = 1; copy < copies; copy++) {
                const id = `copy-${copy}`;
                const text = (readingText.result as string).replace(/[0-9a-f]{64}/g, (one) => (keys.has(one) ? own(one, copy) : one));
                records.put({ ...entry, id, keys: entry.keys.map((key) => own(key, copy)) }, `entry/${id}`);
                records.put(text, `session/${id}`);
              }
            };
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error ?? new Error(name));
        };
      }),
    [LIBRARY, times] as const,
  );

/** Outcomes of runs that no session holds: what deleted sessions leave behind. */
const leaveBehind = (page: Page, database: string, count: number, suffix: string): Promise<void> =>
  page.evaluate(
    ([name, orphans, end]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onupgradeneeded = () => void opening.result.createObjectStore('records');
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('records', 'readwrite');
          const records = transaction.objectStore('records');
          for (let orphan = 0; orphan < orphans; orphan++) {
            const key = `f${orphan.toString(16).padStart(63, '0')}${end}`;
            records.put(new Uint8Array(100), key);
            records.put(100, `size/${key}`);
          }
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error ?? new Error(name));
        };
      }),
    [database, count, suffix] as const,
  );

it('leaves no task of 50 ms behind with twenty sessions, and takes all that none of them holds', async () => {
  const before = async (page: Page): Promise<void> => {
    // Run by tsx, functions call this helper of its compiler, which pages lack.
    await page.addInitScript('globalThis.__name ??= (value) => value');
    // Not a first visit, which trains something by itself.
    await page.addInitScript(() => localStorage.setItem('session', 'none'));
  };
  const lab = await site.visit({ before, reducedMotion: 'no-preference' });
  await lab.openFile('lenet.json', await example());
  // Its entry, its text, and which was last on the bench.
  await expect.poll(() => count(lab.page, LIBRARY)).toBe(3);
  await multiply(lab.page, SESSIONS);
  await leaveBehind(lab.page, OUTCOMES, ORPHANS.here, '');
  await leaveBehind(lab.page, GUESTS, ORPHANS.guests, `/${'0'.repeat(64)}`);
  const kept = await count(lab.page, OUTCOMES);
  await lab.page.clock.install();
  await lab.reload();
  await lab.sessions.expectCurrent('LeNet-300-100 on MNIST');
  expect(await count(lab.page, LIBRARY)).toBe(1 + 2 * SESSIONS);
  await recordTasks(site.browser, lab.page);
  await lab.page.clock.fastForward(QUIET_MS);
  await expect.poll(() => count(lab.page, GUESTS), { timeout: 30_000 }).toBe(0);
  const [longest] = await recordedTasks(site.browser);
  expect(longest).toBeLessThan(50);
  expect(await count(lab.page, OUTCOMES)).toBe(kept - 2 * ORPHANS.here);
});
