/** What a page does while it trains: long tasks, frames, and messages from its workers. */
import type { Locator, Page } from 'playwright';

export interface Observed {
  /** Milliseconds of each task over 50 ms on the main thread. */
  readonly longTasks: readonly number[];
  readonly frames: number;
  /** Messages that workers sent to the page, answers to calls included. */
  readonly messages: number;
  /** When the last of them came, on the page's clock. */
  readonly lastMessageAt: number;
  /** Runs whose training began: `arm/level`. */
  readonly begun: readonly string[];
  readonly milliseconds: number;
}

interface Counts {
  longTasks: number[];
  frames: number;
  messages: number;
  lastMessageAt: number;
  begun: string[];
  began: number;
}

type Watched = typeof globalThis & { watchCounts: Counts };

/** To be called before the lab opens. */
export async function watch(page: Page): Promise<void> {
  // Run by tsx, functions call this helper of its compiler, which pages lack.
  await page.addInitScript('globalThis.__name ??= (value) => value');
  await page.addInitScript(() => {
    const counts: Counts = { longTasks: [], frames: 0, messages: 0, lastMessageAt: 0, begun: [], began: performance.now() };
    (globalThis as Watched).watchCounts = counts;
    new PerformanceObserver((list) => counts.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      entryTypes: ['longtask'],
    });
    const frame = (): void => {
      counts.frames++;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    globalThis.Worker = class extends Worker {
      constructor(...options: ConstructorParameters<typeof Worker>) {
        super(...options);
        this.addEventListener('message', ({ data }: MessageEvent<{ labEvent?: { type: string; run: { arm: string; level: number } } }>) => {
          counts.messages++;
          counts.lastMessageAt = performance.now();
          if (data.labEvent?.type === 'drawn') counts.begun.push(`${data.labEvent.run.arm}/${data.labEvent.run.level}`);
        });
      }
    };
  });
}

/** Begins to count anew. */
export async function restartWatch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const counts = (globalThis as Watched).watchCounts;
    counts.longTasks.length = counts.begun.length = counts.frames = counts.messages = 0;
    counts.began = performance.now();
  });
}

export function observed(page: Page): Promise<Observed> {
  return page.evaluate(() => {
    const { began, ...counts } = (globalThis as Watched).watchCounts;
    return { ...counts, milliseconds: performance.now() - began };
  });
}

/** Presses Pause; milliseconds until the page says so, and until the last word from a worker. */
export async function pauseLatency(page: Page, runKey: Locator): Promise<{ shown: number; quiet: number }> {
  const { pressed, shown } = await runKey.evaluate(
    (key) =>
      new Promise<{ pressed: number; shown: number }>((resolve) => {
        const began = performance.now();
        new MutationObserver(() => {
          if (key.getAttribute('aria-label') === 'Resume') resolve({ pressed: began, shown: performance.now() - began });
        }).observe(key, { attributes: true });
        (key as HTMLButtonElement).click();
      }),
  );
  // Nothing tells that nothing more will come: half a second is ten reports of a worker that goes on.
  await page.waitForFunction((until) => performance.now() > until, pressed + 500);
  return { shown, quiet: Math.max(0, (await observed(page)).lastMessageAt - pressed) };
}
