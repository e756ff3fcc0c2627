/** The motions of a level on the built page: in order, true to the weights, never in training's way, and gone where motion is unwanted. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf } from '../../src/app/motion/tracers.ts';
import { onTheWay, type LayerTransition } from '../../src/science/analysis/transition.ts';
import { conduct } from '../../src/science/experiment.ts';
import { planOf } from '../../src/science/plan.ts';
import { parseRecipe } from '../../src/science/recipe/parse.ts';
import { LabService } from '../../src/worker/service.ts';
import { launchBrowser } from '../support/browser.ts';
import { nodeSource } from '../support/node-source.ts';
import { serve, type Served } from '../support/server.ts';

const typed = {
  name: 'Moving digits',
  task: { dataset: 'digits', train: 1300, validation: 200, test: 297 },
  model: { family: 'mlp', hidden: [48, 32] },
  // Long enough that a level still trains when its motion is over.
  training: { batchSize: 50, steps: 4000, evaluateEvery: 200 },
  pruning: { levels: 3 },
  arms: ['ticket'],
  seeds: [1],
};

/** What was on the stage at a frame. */
interface Seen {
  readonly phase: string;
  readonly level: string;
  /** Progress of training in whole per cent. */
  readonly trained: number;
  readonly kept: string;
  readonly travel: number | null;
  readonly width: number;
  /** Of the large card: the place of a weight's mark by its place in the parameter. */
  readonly marks: readonly (readonly [weight: number, x: number])[];
}

declare global {
  interface Window {
    seen: Seen[];
  }
}

let host: Served;
let browser: Browser;

beforeAll(async () => {
  host = await serve('dist');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await host.close();
});

/** A page with the recipe on the bench and the deterministic engine, which writes down what it shows frame by frame. */
async function visit(reducedMotion: 'reduce' | 'no-preference', recipe: object = typed): Promise<Page> {
  const page = await browser.newPage({ reducedMotion });
  await page.addInitScript(() => {
    if (localStorage.getItem('session') === null) localStorage.setItem('session', 'none');
    localStorage.setItem('engine', 'sparse');
    window.seen = [];
    const look = (): void => {
      requestAnimationFrame(look);
      const stage = document.querySelector<HTMLElement>('[data-phase]');
      if (stage === null) return;
      const tracers = stage.querySelector<SVGGElement>('article.main .tracers');
      window.seen.push({
        phase: stage.dataset.phase ?? '',
        level: /Level (\d+)/.exec(stage.textContent)?.[1] ?? '',
        trained: Number(stage.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')),
        kept: stage.querySelector('h1 b')?.textContent ?? '',
        travel: tracers === null ? null : Number(tracers.dataset.travel),
        width: tracers?.ownerSVGElement?.clientWidth ?? 0,
        marks: [...(tracers?.querySelectorAll('circle') ?? [])].map((mark) => [
          Number(mark.dataset.weight),
          Number(mark.getAttribute('cx')),
        ]),
      });
    };
    requestAnimationFrame(look);
  });
  await page.goto(host.url);
  await page
    .getByLabel('Open a file…')
    .setInputFiles({ name: 'recipe.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(recipe)) });
  return page;
}

async function trainLevel(page: Page, level: number): Promise<void> {
  await page.getByRole('button', { name: 'Train one level' }).click();
  await page.getByText(new RegExp(`^Next: prune to .* and train level ${level + 1}$`)).waitFor();
  await page.locator('[data-phase=rest]').waitFor();
}

const seen = (page: Page): Promise<Seen[]> => page.evaluate(() => window.seen.splice(0));
/** The phases one after another. */
const order = (frames: readonly Seen[]): string[] => frames.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]);

/** The first layer's transition to level 1, as the engine gives it in Node. */
async function trainedHere(): Promise<LayerTransition> {
  const recipe = parseRecipe({ ...typed, pruning: { levels: 1 } });
  const service = new LabService({ source: nodeSource });
  const layers: LayerTransition[] = [];
  const { engine } = await service.prepare({ recipe, engine: 'sparse' }, (event) => {
    if (event.type === 'drawn') layers.push(...(event.transition?.layers ?? []));
  });
  const notebook = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };
  await conduct(
    planOf(recipe),
    { arithmeticVersion: engine.arithmeticVersion, run: (request) => service.run(request) },
    notebook,
    () => undefined,
  );
  return layers[0];
}

describe('when a level begins', () => {
  it('prunes, then rewinds, each weight along its own way, while training goes on', async () => {
    const page = await visit('no-preference');
    await trainLevel(page, 0);
    expect(order(await seen(page))).not.toContain('prune');
    await trainLevel(page, 1);
    const frames = (await seen(page)).filter(({ level }) => level === '1');
    expect(order(frames).slice(0, 2)).toEqual(['prune', 'rewind']);

    const moving = frames.filter(({ phase }) => phase === 'prune' || phase === 'rewind');
    expect(moving[0].kept).toMatch(/^100/);
    expect(moving[moving.length - 1].kept).toMatch(/^80/);
    expect(moving[moving.length - 1].trained).toBeGreaterThan(moving[0].trained);

    const { tracers, limit } = await trainedHere();
    const travelling = moving.filter(({ travel }) => travel !== null);
    expect(travelling.length).toBeGreaterThan(5);
    for (const { travel, width, marks } of travelling) {
      expect(marks.map(([weight]) => weight)).toEqual([...tracers.index]);
      marks.forEach(([, x], at) =>
        expect(x).toBeCloseTo(placeOf(onTheWay(tracers.before[at], tracers.after[at], travel ?? 0), limit, width), 3),
      );
    }
    await page.close();
  });

  it.each(['random-mask', 'shuffled-mask'])('prunes and rewinds a %s, too, when that is what is shown', async (arm) => {
    const page = await visit('no-preference', { ...typed, arms: ['ticket', arm] });
    await page.getByLabel('Arm shown').selectOption(arm);
    for (const level of [0, 1]) await trainLevel(page, level);
    await seen(page);
    await trainLevel(page, 2);
    // What is worked out beside training may come when that is over.
    await page.waitForFunction(() => window.seen.some(({ phase, level }) => phase === 'rewind' && level === '2'));
    await page.locator('[data-phase=rest]').waitFor();
    const frames = (await seen(page)).filter(({ level, phase }) => level === '2' && (phase === 'prune' || phase === 'rewind'));
    expect(order(frames)).toEqual(['prune', 'rewind']);
    expect(frames[0].kept).toMatch(/^80/);
    expect(frames[frames.length - 1].kept).toMatch(/^65/);
    expect(frames.some(({ marks }) => marks.length > 0)).toBe(true);
    await page.getByText('saved', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Replay the pruning of level 2' }).click();
    await page.getByRole('img', { name: /^Histogram of Layer 1: 492 weights are cut, 1.966 stay/ }).waitFor();
    await page.locator('[data-phase=rest]').waitFor();
    await page.close();
  });

  it('plays nothing where reduced motion is wanted', async () => {
    const page = await visit('reduce');
    for (const level of [0, 1, 2]) await trainLevel(page, level);
    const frames = await seen(page);
    expect(new Set(frames.map(({ phase }) => phase))).toEqual(new Set(['rest', 'train']));
    expect(frames.every(({ marks }) => marks.length === 0)).toBe(true);
    await page.close();
  });
});

describe('a finished level', () => {
  it('plays its motions again when asked, from what was stored too', async () => {
    const page = await visit('no-preference');
    for (const level of [0, 1]) await trainLevel(page, level);
    await page.getByText('saved', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('img', { name: /^Histogram of Layer 1: 2.458 kept weights/ }).waitFor();
    for (const phase of ['prune', 'rewind'] as const) {
      await seen(page);
      await page.getByRole('button', { name: `Replay the ${phase === 'prune' ? 'pruning' : 'rewinding'} of level 1` }).click();
      await page.locator(`[data-phase=${phase}]`).waitFor();
      await page.locator('[data-phase=rest]').waitFor();
      expect(order(await seen(page)).join(' ')).toMatch(new RegExp(`^(rest )?${phase}( rest)?$`));
    }
    await page.close();
  });

  it('says what the next level cuts, and cuts just that', async () => {
    const page = await visit('reduce');
    await trainLevel(page, 0);
    await page.getByRole('button', { name: 'Next cut' }).click();
    // A fifth of 48 × 64.
    await page.getByRole('application', { name: /^Mask of Layer 1: 3.072 of 3.072 weights kept, 614 of them are cut next/ }).waitFor();
    await page.getByRole('img', { name: /^Histogram of Layer 1: .* 614 would be cut next, those of a size below 0\.\d{3}$/ }).waitFor();
    await trainLevel(page, 1);
    await page.getByRole('application', { name: /^Mask of Layer 1: 2.458 of 3.072 weights kept, 492 of them are cut next/ }).waitFor();
    await page.close();
  });
});
