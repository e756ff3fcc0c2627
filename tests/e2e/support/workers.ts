/** The page's workers, by the name that they were started with, and what code in them may do. */
import type { Page, Worker } from 'playwright';

export async function workersNamed(page: Page, name: string): Promise<Worker[]> {
  const named = await Promise.all(page.workers().map(async (worker) => ({ worker, name: await nameOf(worker) })));
  return named.filter((one) => one.name === name).map(({ worker }) => worker);
}

/** Null where it has ended meanwhile. */
const nameOf = (worker: Worker): Promise<string | null> => worker.evaluate(() => self.name).catch(() => null);

/** Ends workers as if they did so themselves: no error, no word to the page. Resolves to how many there were. */
export async function endWorkers(page: Page, name: string): Promise<number> {
  const workers = await workersNamed(page, name);
  await Promise.all(workers.map((worker) => worker.evaluate(() => self.close())));
  return workers.length;
}

/** The next workers of a name end as soon as they are there, by the script that they get; the list holds one entry for each. */
export async function endNext(page: Page, name: string, count: number): Promise<string[]> {
  const ended: string[] = [];
  await page.route(new RegExp(`/${name}\\.worker[^/]*\\.js$`), (route) => {
    if (ended.length === count) return route.fallback();
    ended.push(name);
    return route.fulfill({ contentType: 'text/javascript', body: 'self.close();' });
  });
  return ended;
}

/** Runs a function in each of the page's workers before anything else does. To be called before the lab opens. */
export const firstInWorkers = (page: Page, run: () => void): Promise<unknown> =>
  page.addInitScript((text) => {
    // Workers start from text that the page makes.
    window.Blob = class extends Blob {
      constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
        super(options?.type === 'text/javascript' ? [text, ...parts] : parts, options);
      }
    };
  }, `(${run.toString()})();`);

/** Every worker of the page gets its locks late, as on a busy machine. To be called before the lab opens. */
export const withLateLocks = (page: Page): Promise<unknown> =>
  firstInWorkers(page, () => {
    const request = Reflect.get<LockManager, 'request'>(LockManager.prototype, 'request');
    LockManager.prototype.request = async function (this: LockManager, ...asked: Parameters<LockManager['request']>) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return request.apply(this, asked);
    } as LockManager['request'];
  });

/** What became of code that a worker tried to run, by what it tried: `ran`, or the name of the error. */
export type Tried = Readonly<Record<'eval' | 'Function' | 'foreign' | 'own', string>>;

/**
 * Tries what only a page without a policy may do, in a task of the worker's own: DevTools let the code of an evaluation do
 * more than the worker may. `foreign` is an address on another host that any page may read, `own` one of the lab's files.
 */
export function tryInWorker([foreign, own]: readonly [string, string]): Promise<Tried> {
  const named = (error: unknown): string => (error instanceof Error ? error.name : String(error));
  const attempt = (what: () => unknown): string => {
    try {
      what();
      return 'ran';
    } catch (error) {
      return named(error);
    }
  };
  const reach = (address: string): Promise<string> => fetch(address).then(() => 'ran', named);
  return new Promise((resolve) => {
    setTimeout(() => {
      const compiled = {
        eval: attempt(() => Reflect.apply(Reflect.get<typeof globalThis, 'eval'>(globalThis, 'eval'), undefined, ['1 + 1'])),
        Function: attempt(() => Reflect.construct(Reflect.get<typeof globalThis, 'Function'>(globalThis, 'Function'), ['return 1'])),
      };
      void Promise.all([reach(foreign), reach(own)]).then(([far, near]) => resolve({ ...compiled, foreign: far, own: near }));
    });
  });
}
