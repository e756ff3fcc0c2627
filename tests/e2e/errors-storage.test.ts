/** Storage that fails: the lab says so and goes on, and nothing that was stored is lost. */
import type { Locator, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { textOf } from './pages/text.ts';
import { quick, slow } from './support/recipes.ts';
import { useSite } from './support/site.ts';

const site = useSite();

/** Something to find again. */
async function keepSession(lab: LabPage, name: string): Promise<void> {
  await lab.openRecipe({ ...quick, name, pruning: { levels: 1 } });
  await lab.runAll();
  await lab.sessions.expectSaved();
}

/** Writes into the library as only a damaged disk would: records whose key starts with `prefix` become what `damage` makes of them. */
async function damageRecords(page: Page, prefix: string, damage: 'cut' | 'replace' | 'delete'): Promise<void> {
  await page.evaluate(
    ([start, how]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('lottery-ticket-lab');
        opening.onerror = () => reject(new Error('not opened'));
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('records', 'readwrite');
          const store = transaction.objectStore('records');
          const cursor = store.openCursor();
          cursor.onsuccess = () => {
            if (cursor.result === null) return;
            const { key } = cursor.result;
            if (typeof key === 'string' && key.startsWith(start)) {
              if (how === 'cut') cursor.result.update(String(cursor.result.value).slice(0, 200));
              else if (how === 'replace') cursor.result.update(7);
              else cursor.result.delete();
            }
            cursor.result.continue();
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [prefix, damage] as const,
  );
}

/** On a busy machine the first visit's spiral finishes a level, and is kept, before a test's own recipe is opened. */
const listedBesideSpiral = (lab: LabPage): Locator => lab.sessions.panel.getByRole('listitem').filter({ hasNotText: 'Spiral' });

const idOf = (lab: LabPage): Promise<string> => lab.page.evaluate(() => localStorage.getItem('session') ?? '');

describe('a stored session that is damaged', () => {
  it('is set aside; the others are untouched', async () => {
    const lab = await site.visit();
    await keepSession(lab, 'Whole');
    await keepSession(lab, 'Damaged');
    await damageRecords(lab.page, `session/${await idOf(lab)}`, 'cut');
    await lab.reload();
    await lab.expectAlert(/The stored session ‘Damaged’ cannot be read and was set aside: .*It can be (exported|saved)/);
    await lab.openRecipe({ ...quick, name: 'New' });
    await lab.runAll();

    await lab.sessions.open();
    await lab.sessions
      .entry('Whole')
      .getByRole('button', { name: /^Whole/ })
      .click();
    await lab.sessions.expectCurrent('Whole');
    expect(await lab.finishedLevels()).toBe(2);
  });

  it.each([
    // A line is made anew from the session it stands for; without a session there is nothing to open.
    ['its line in the list', 'entry/', 'replace', /^(Damaged|Spiral)$/, 2],
    ['its text', 'session/', 'delete', /^Spiral$/, 1],
  ] as const)('in %s leaves the lab running and the list in order', async (_what, prefix, damage, shown, listed) => {
    const lab = await site.visit();
    await keepSession(lab, 'Whole');
    await keepSession(lab, 'Damaged');
    await damageRecords(lab.page, `${prefix}${await idOf(lab)}`, damage);
    await lab.reload();
    await expect.poll(() => textOf(lab.sessions.face)).toMatch(shown);
    await lab.openRecipe({ ...quick, name: 'New' });
    await lab.runAll();
    await lab.sessions.expectSaved();
    await lab.sessions.open();
    await expect.poll(() => listedBesideSpiral(lab).count()).toBe(listed);
    await lab.sessions
      .entry('Whole')
      .getByRole('button', { name: /^Whole/ })
      .click();
    await lab.sessions.expectCurrent('Whole');
    expect(await lab.finishedLevels()).toBe(2);
  });

  it('in the weights of a run trains that run again', async () => {
    const lab = await site.visit();
    await keepSession(lab, 'Whole');
    const figures = await lab.evidence.figures();
    await lab.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open('lottery-ticket-lab-outcomes');
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('records', 'readwrite');
            const cursor = transaction.objectStore('records').openCursor();
            cursor.onsuccess = () => {
              if (cursor.result === null) return;
              const { value } = cursor.result as { value: unknown };
              if (value instanceof Uint8Array) cursor.result.update(value.map((byte) => byte ^ 1));
              cursor.result.continue();
            };
            transaction.oncomplete = () => {
              opening.result.close();
              resolve();
            };
          };
        }),
    );
    await lab.reload();
    await expect.poll(() => lab.finishedLevels()).toBe(2);
    // One more level needs the weights of the last.
    await lab.recipe.setField('levels', '2');
    await lab.runAll();
    expect((await lab.evidence.figures()).filter((row) => !row.includes('"level":"2"'))).toEqual(figures);
    await lab.expectNoAlert();
  });
});

/** While `isDiskFull`, writes fail as they do in Chromium: each is accepted, then its transaction is aborted. */
function fillDisk(): void {
  const put = Reflect.get<IDBObjectStore, 'put'>(IDBObjectStore.prototype, 'put');
  IDBObjectStore.prototype.put = function (...record): IDBRequest<IDBValidKey> {
    const request = put.apply(this, record);
    const { transaction } = this;
    if ((globalThis as { isDiskFull?: boolean }).isDiskFull === true && !Object.hasOwn(transaction, 'error')) {
      Object.defineProperty(transaction, 'error', { value: new DOMException('no room', 'QuotaExceededError') });
      request.addEventListener('success', () => transaction.abort());
    }
    return request;
  };
}

describe('storage', () => {
  it('that is full is said with the remedy; the run goes on in memory, and is saved once there is room', async () => {
    const lab = await site.visit({ before: (page) => page.addInitScript(fillDisk) });
    await keepSession(lab, 'Before');
    await lab.page.evaluate(() => Object.assign(globalThis, { isDiskFull: true }));
    await lab.openRecipe({ ...quick, name: 'Full', seeds: [2] });
    for (const level of [0, 1]) {
      await lab.stepLevel();
      await expect.poll(() => lab.finishedLevels()).toBe(level + 1);
    }
    await lab.expectAlert(/storage is full.*export the session to a file, or delete sessions/);
    await lab.sessions.expectKeeping('not saved');
    await lab.page.evaluate(() => Object.assign(globalThis, { isDiskFull: false }));
    await lab.resume();
    await lab.expectComplete();
    await lab.sessions.expectSaved();
    await lab.expectNoAlert();
    await lab.reload();
    await lab.sessions.expectCurrent('Full');
    await expect.poll(() => lab.finishedLevels()).toBe(4);
    await lab.sessions.open();
    await expect.poll(() => lab.sessions.entry('Before').isVisible()).toBe(true);
  });

  const blockers: readonly (readonly [string, () => void])[] = [
    ['that is not there', () => void Reflect.deleteProperty(globalThis, 'indexedDB')],
    ['that is undefined', () => void Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
    [
      'that is forbidden',
      () => {
        const refuse = (): never => {
          throw new DOMException('access is denied for this document', 'SecurityError');
        };
        IDBFactory.prototype.open = refuse;
        Object.defineProperty(globalThis, 'localStorage', { get: refuse });
      },
    ],
  ];
  it.each(blockers)('%s is said with the remedy, and everything else works', async (_what, block) => {
    const lab = await site.visit({ before: (page) => page.addInitScript(block) });
    await lab.expectAlert(/gives the lab no storage here.*export the session to a file/);
    await lab.openRecipe(quick);
    await lab.runAll();
    await lab.sessions.expectKeeping('not saved');
    expect(await lab.evidence.figures()).toHaveLength(7);
    await lab.sessions.open();
    const saved = await lab.sessions.saved(lab.sessions.panel.getByRole('button', { name: /^Save as a file/ }));
    expect(saved).toMatch(/^\{"format":"lottery-ticket-session"/);
    expect(await lab.share.link()).toContain('#s2.');
  });
});

describe('storage that never answers', () => {
  /** Until `isAwake`, opening a database does nothing at all, as in browsers whose storage process hangs. */
  const sleep = (): void => {
    const open = Reflect.get<IDBFactory, 'open'>(IDBFactory.prototype, 'open');
    IDBFactory.prototype.open = function (...asked): IDBOpenDBRequest {
      if ((globalThis as { isAwake?: boolean }).isAwake === true) return open.apply(this, asked);
      return Object.assign(new EventTarget(), { result: null }) as unknown as IDBOpenDBRequest;
    };
  };
  const began = (page: Page): Promise<number> =>
    page.evaluate(() => Math.min(...performance.getEntriesByName('training').map(({ startTime }) => startTime)));
  /** Marks the moment at which a run is first told to have begun. */
  const mark = (): void => {
    globalThis.Worker = class extends Worker {
      constructor(...options: ConstructorParameters<typeof Worker>) {
        super(...options);
        this.addEventListener('message', ({ data }: MessageEvent<{ labEvent?: { type: string } }>) => {
          if (data.labEvent?.type === 'drawn') performance.mark('training');
        });
      }
    };
  };
  const storageless = async (): Promise<LabPage> =>
    site.visit({
      isFirst: true,
      before: async (page) => {
        await page.addInitScript(sleep);
        await page.addInitScript(mark);
      },
    });

  it('keeps nobody from training, is said, and saves everything once it answers', async () => {
    const lab = await storageless();
    const usual = await site.visit({ isFirst: true, before: (page) => page.addInitScript(mark) });
    for (const one of [lab, usual]) await expect.poll(() => began(one.page)).toBeLessThan(Number.POSITIVE_INFINITY);
    // Two seconds at most, on a machine that opens the lab at once.
    expect(await began(lab.page)).toBeLessThan((await began(usual.page)) + 2000);
    await lab.expectAlert(/storage does not answer, so nothing can be saved now.*export the session to a file/);
    await expect.poll(() => lab.finishedLevels(), { timeout: 30_000 }).toBeGreaterThan(1);
    await lab.sessions.expectKeeping('not saved');
    await lab.page.evaluate(() => Object.assign(globalThis, { isAwake: true }));
    await expect.poll(() => lab.alertTexts(), { timeout: 30_000 }).toEqual([]);
    await lab.sessions.expectSaved();
    const again = await site.visitIn(lab.page.context());
    await expect.poll(() => again.finishedLevels(), { timeout: 10_000 }).toBeGreaterThan(1);
  });

  it('leaves alone what somebody opens meanwhile, before and after it is said', async () => {
    const lab = await storageless();
    await lab.openRecipe({ ...slow, name: 'Opened at once' });
    await lab.expectAlert(/storage does not answer/);
    await lab.sessions.expectCurrent('Opened at once');
    await lab.run();
    await lab.expectRunKey('Pause');
    await lab.openRecipe({ ...slow, name: 'Opened while it trained' });
    await lab.expectRunKey('Run');
  });
});

describe('two tabs with one session', () => {
  it('do not overwrite each other: the later one goes on as a copy', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.stepLevel();
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.sessions.expectSaved();
    const other = await site.visitIn(lab.page.context());
    await other.sessions.expectCurrent('Quick');
    await other.runAll();
    await other.sessions.expectSaved();
    await lab.resume();
    await lab.expectComplete();
    await lab.sessions.expectCurrent('Quick (copy)');
    await lab.sessions.expectSaved();
    await lab.sessions.open();
    await expect.poll(() => listedBesideSpiral(lab).count()).toBe(1);
  });
});
