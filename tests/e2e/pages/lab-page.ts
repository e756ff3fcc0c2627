/** The lab as a visitor meets it: by what controls are called and what they say. */
import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { EngineMenu } from './engine-menu.ts';
import { Evidence } from './evidence.ts';
import { RecipePanel } from './recipe-panel.ts';
import { SessionMenu } from './session-menu.ts';
import { ShareDialog } from './share-dialog.ts';
import { plainText, textOf } from './text.ts';
import type { TypedRecipe } from '../support/recipes.ts';

export interface Ticket {
  readonly level: number;
  /** In per cent. */
  readonly kept: number;
  /** In per cent; null while it is not known. */
  readonly accuracy: number | null;
  /** As a screen reader says it. */
  readonly words: string;
}

/** What the run key offers tells where the experiment stands. */
type RunKey = 'Run' | 'Pause' | 'Resume' | 'Run it again';

export class LabPage {
  readonly recipe: RecipePanel;
  readonly evidence: Evidence;
  readonly share: ShareDialog;
  readonly sessions: SessionMenu;
  readonly engine: EngineMenu;
  readonly runKey: Locator;
  readonly stepKey: Locator;
  readonly stopKey: Locator;
  /** One line on what comes next. */
  readonly next: Locator;
  readonly alerts: Locator;
  readonly stage: Locator;
  readonly trainBar: Locator;

  constructor(readonly page: Page) {
    this.recipe = new RecipePanel(page);
    this.evidence = new Evidence(page);
    this.share = new ShareDialog(page);
    this.sessions = new SessionMenu(page);
    this.engine = new EngineMenu(page);
    const keys = page.getByRole('group', { name: 'Run and look' });
    this.runKey = keys.getByRole('button', { name: /^(Run|Pause|Resume|Run it again)$/ });
    this.stepKey = keys.getByRole('button', { name: 'Train one level' });
    this.stopKey = keys.getByRole('button', { name: 'Stop' });
    this.next = page.getByText(/^Next:/);
    this.alerts = page.getByRole('alert');
    this.stage = page.getByRole('region', { name: 'Stage' });
    this.trainBar = page.getByRole('progressbar', { name: 'Train' });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.runKey.waitFor();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.runKey.waitFor();
  }

  /** Opens a recipe as a file that somebody chose. */
  async openRecipe(recipe: TypedRecipe): Promise<void> {
    await this.openFile('recipe.json', JSON.stringify(recipe));
    if (typeof recipe.name === 'string') await this.sessions.expectCurrent(recipe.name);
  }

  async openFile(name: string, content: string | Buffer): Promise<void> {
    const buffer = typeof content === 'string' ? Buffer.from(content) : content;
    await this.page.getByLabel('Open a file…').setInputFiles({ name, mimeType: 'application/json', buffer });
  }

  run(): Promise<void> {
    return this.press('Run');
  }

  pause(): Promise<void> {
    return this.press('Pause');
  }

  resume(): Promise<void> {
    return this.press('Resume');
  }

  stop(): Promise<void> {
    return this.stopKey.click();
  }

  stepLevel(): Promise<void> {
    return this.stepKey.click();
  }

  /** Presses the key of a step of this kind. */
  async step(kind: 'minibatch' | 'phase' | 'level' | 'all'): Promise<void> {
    await this.page.getByLabel('Step by', { exact: true }).selectOption(kind);
    await this.page.keyboard.press('Escape');
    await this.page.locator('body').press('s');
  }

  /** The phase of the level on the stage that is marked as the current one, and how far the three are drawn, in per cent. */
  async phase(): Promise<{ readonly current: string | null; readonly drawn: readonly number[] }> {
    const phases = this.page.getByRole('list', { name: 'Phases of this level' }).getByRole('listitem');
    const seen = await phases.evaluateAll((items) =>
      items.map((item) => ({
        name: item.classList[0],
        isCurrent: item.getAttribute('aria-current') === 'step',
        drawn: parseFloat(item.querySelector<HTMLElement>('.bar i')?.style.width ?? '0'),
      })),
    );
    return { current: seen.find(({ isCurrent }) => isCurrent)?.name ?? null, drawn: seen.map(({ drawn }) => Math.round(drawn)) };
  }

  async press(key: RunKey): Promise<void> {
    await this.expectRunKey(key);
    await this.runKey.click();
  }

  expectRunKey(key: RunKey): Promise<void> {
    return expect.poll(() => this.runKey.getAttribute('aria-label')).toBe(key);
  }

  /** Trains everything that is left. */
  async runAll(timeout = 30_000): Promise<void> {
    await this.run();
    await this.expectComplete(timeout);
  }

  expectComplete(timeout = 30_000): Promise<void> {
    return this.expectNext(/nothing, all \d+ levels are trained/, timeout);
  }

  expectNext(words: RegExp, timeout = 10_000): Promise<void> {
    // Whoever waits for long need not look as often: finding the line takes the page a while where there are many levels.
    return expect.poll(() => textOf(this.next), { timeout, interval: timeout / 200 }).toMatch(words);
  }

  /** Waits until a level is in training and some of it is done. */
  async expectTraining(level: number, timeout = 10_000): Promise<void> {
    await expect.poll(() => this.page.getByText(`Level ${level} of`).isVisible(), { timeout }).toBe(true);
    await expect.poll(() => this.progress(), { timeout }).toBeGreaterThan(5);
  }

  /** Of the run on the stage, in per cent. */
  async progress(): Promise<number> {
    return Number(await this.trainBar.getAttribute('aria-valuenow'));
  }

  async tickets(): Promise<Ticket[]> {
    const labels = await this.page
      .getByRole('list', { name: 'Levels' })
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''));
    return labels.map(plainText).map((words) => {
      const [, level, kept] = /^Level (\d+), ([\d.]+) % kept/.exec(words) ?? [];
      const accuracy = /([\d.]+) % test accuracy/.exec(words);
      return { level: Number(level), kept: Number(kept), accuracy: accuracy === null ? null : Number(accuracy[1]), words };
    });
  }

  /** How many levels have their ticket's accuracy. */
  async finishedLevels(): Promise<number> {
    return (await this.tickets()).filter(({ accuracy, words }) => accuracy !== null && !words.includes('trained')).length;
  }

  /** What alerts say, in their order on the page. */
  async alertTexts(): Promise<string[]> {
    return (await this.alerts.allTextContents()).map(plainText);
  }

  expectAlert(words: RegExp, timeout = 10_000): Promise<void> {
    return expect.poll(async () => (await this.alertTexts()).join('\n'), { timeout }).toMatch(words);
  }

  async expectNoAlert(): Promise<void> {
    expect(await this.alertTexts()).toEqual([]);
  }

  async dismissAlert(): Promise<void> {
    await this.alerts.getByRole('button', { name: 'Dismiss' }).first().click();
  }

  /** Ink on each mask's canvas, largest layer first: the share of pixels that are not blank. */
  maskInk(): Promise<number[]> {
    return this.page.getByRole('application', { name: /^Mask of/ }).evaluateAll((pictures) =>
      pictures.map((picture) => {
        const canvas = picture.querySelector('canvas');
        const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
        let drawn = 0;
        for (let index = 3; index < pixels.length; index += 4) if (pixels[index] > 0) drawn++;
        return drawn / (pixels.length / 4);
      }),
    );
  }
}
