/** Recipes that cannot be run: each is refused with the field and the remedy, and the lab goes on. */
import { describe, expect, it } from 'vitest';
import type { LabPage } from './pages/lab-page.ts';
import { textOf } from './pages/text.ts';
import { quick, slow } from './support/recipes.ts';
import { plainText } from './pages/text.ts';
import { useSite } from './support/site.ts';

const site = useSite();

const withTask = (task: object): string =>
  JSON.stringify({ ...quick, task: { dataset: 'digits', train: 1300, validation: 200, test: 297, ...task } });
const withTraining = (training: string): string => JSON.stringify({ ...quick, training: 'HERE' }).replace('"HERE"', training);

const refusals: readonly (readonly [text: string, words: RegExp])[] = [
  [JSON.stringify({ ...quick, trainning: {} }), /^trainning: recipes have no such field\. Correct its spelling/],
  [withTraining('{"stepz": 300}'), /^training\.stepz: recipes have no such field/],
  ['{"model": {"family": "mlp", "hidden": [4]}}', /^task\.dataset is missing\. Add it\./],
  [withTraining('{"steps": "many"}'), /^training\.steps should be .* but is .*many.*\. Change it\./],
  [withTask({ train: 5000 }), /task\.train cannot be 5000\. Set it to at most \d+/],
  [withTraining('{"steps": NaN}'), /does not read as JSON: .*Check commas, quotes and brackets/],
  [withTraining('{"optimizer": {"type": "sgd", "learningRate": Infinity}}'), /does not read as JSON/],
  [withTraining('{"weightDecay": 1e999}'), /^training\.weightDecay should be .* Change it\./],
  [
    JSON.stringify({ ...quick, model: { family: 'mlp', hidden: [4096, 4096, 4096] } }),
    /^model\.hidden: this network has \d+ parameters.* smaller/,
  ],
  [JSON.stringify({ ...quick, model: { family: 'mlp', hidden: [1e9] } }), /^model\.hidden\S* should be .* Change it\./],
  ['[]', /A recipe is a JSON object.*Start from a ready-made one/],
];

async function expectRefusal(lab: LabPage, text: string, words: RegExp): Promise<void> {
  await lab.recipe.typeJson(text);
  await expect.poll(() => textOf(lab.recipe.alerts)).toMatch(words);
  await lab.expectNext(/mend the recipe/);
}

describe('a recipe', () => {
  it('with any of many faults is refused by name while the experiment goes on', async () => {
    const lab = await site.visit();
    await lab.openRecipe({ ...slow, pruning: { levels: 1 } });
    await lab.run();
    await lab.expectTraining(0);
    for (const [text, words] of refusals) await expectRefusal(lab, text, words);
    await lab.recipe.typeJson({ ...slow, pruning: { levels: 1 } });
    await lab.expectComplete();
    expect(await lab.finishedLevels()).toBe(2);
    await lab.expectNoAlert();
  });

  it('that cannot be run is not run; mended, it is', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await expectRefusal(lab, JSON.stringify({ ...quick, seeds: [] }), /^seeds\b.*\. (Change|Add) it\./);
    await expect.poll(() => lab.runKey.isDisabled()).toBe(true);
    await lab.recipe.typeJson({ ...quick, name: 'Mended', pruning: { levels: 0 }, arms: ['ticket'] });
    await lab.run();
    await expect.poll(() => lab.finishedLevels()).toBe(1);
    await lab.sessions.expectCurrent('Mended');
  });

  it('with a fault in a field says so beside it', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.recipe.setField('training', '5000');
    await expect.poll(() => textOf(lab.recipe.alerts)).toMatch(/task\.train cannot be 5000/);
    expect(await lab.recipe.field('training').getAttribute('aria-invalid')).toBe('true');
    await lab.recipe.setField('training', '1000');
    await lab.run();
    await expect.poll(() => lab.finishedLevels()).toBeGreaterThan(0);
  });

  it('in a file is refused by the field, and a file that is neither by its name', async () => {
    const lab = await site.visit();
    await lab.openRecipe(quick);
    await lab.runAll();
    for (const [text, words] of [
      [withTask({ train: 'all' }), /task\.train should be .* but is/],
      ['{"format": "lottery-ticket-session", "version": 1, "branches": [], "runs": 7}', /odd\.json: .* should be/],
      ['{\n  "task": {"dataset": "digits",}\n}', /^odd\.json does not read as JSON: ‘}’ is unexpected at line 2, column 32\./],
    ] as const) {
      await lab.openFile('odd.json', text);
      await lab.expectAlert(words);
      await lab.dismissAlert();
    }
    expect(await lab.finishedLevels()).toBe(4);
  });

  it('opens from a file in UTF-16', async () => {
    const lab = await site.visit();
    await lab.openFile('wide.json', Buffer.from(`\ufeff${JSON.stringify({ ...quick, name: 'Wide' })}`, 'utf16le'));
    await lab.sessions.expectCurrent('Wide');
  });
});

describe('a training that diverges', () => {
  // Warm-up keeps level 0 in bounds; from level 1 on the full rate holds, and nothing can learn at it.
  const diverging = {
    ...quick,
    name: 'Late',
    training: {
      optimizer: { type: 'sgd', learningRate: 1000 },
      schedule: { type: 'constant', warmup: 20 },
      batchSize: 50,
      steps: 20,
      evaluateEvery: 10,
    },
    rewind: { weights: 'final', schedule: 'final-rate' },
    arms: ['ticket'],
  };

  it('is explained where it happened, keeps the levels before it, and runs again once mended', async () => {
    const lab = await site.visit();
    await lab.openRecipe(diverging);
    await lab.runAll();
    const isExplained = async (): Promise<void> => {
      await lab.page.getByRole('button', { name: /^Level 1,/ }).click();
      const line = lab.stage.getByRole('status').filter({ hasText: 'diverged' });
      await expect
        .poll(async () => plainText((await line.textContent()) ?? ''))
        .toMatch(/ticket, level 1, seed 1 diverged: at step \d+.*Lower the learning rate/);
    };
    await isExplained();
    await lab.expectNoAlert();
    await lab.sessions.expectSaved();
    await lab.reload();
    await isExplained();
    const trained = async (): Promise<number[]> =>
      (await lab.evidence.csv()).flatMap(({ level, fingerprint }) => (fingerprint === '' ? [] : [Number(level)]));
    expect(await trained()).toEqual([0]);

    await lab.recipe.setField('learning rate', '0.1');
    await lab.runAll();
    await lab.expectNoAlert();
    // The mended recipe begins beside the level that was kept.
    expect((await trained()).filter((level) => level > 0)).toHaveLength(3);
    expect(await lab.finishedLevels()).toBeGreaterThanOrEqual(1);
  });
});
