/** Recipes and sessions as text: files of the command line, files dropped on the page, stored sessions. */
import { readdirSync, readFileSync } from 'node:fs';
import { canonicalRecipe, recipeId } from '../../../src/science/recipe/identity.ts';
import { parseRecipe, parseRecipeText } from '../../../src/science/recipe/parse.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { growBranch, TRUNK } from '../../../src/sessions/session.ts';
import { decodeText } from '../../../src/sessions/text.ts';
import { tinyRecipe } from '../../unit/science/recipes.ts';
import { sampleSession } from '../../unit/sessions/sample.ts';
import type { Reader } from '../fuzz.ts';
import type { Dice } from '../dice.ts';
import { mutateBytes, mutateJson, mutateText, wordsIn } from '../mutate.ts';

const folder = new URL('../../../public/recipes/', import.meta.url);
const recipes = readdirSync(folder)
  .filter((name) => name !== 'index.json')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Small enough that a case takes well under a millisecond, with what-ifs and everything that a run may say. */
const tiny = tinyRecipe({ name: 'Tiny', pruning: { levels: 1 }, arms: ['ticket', 'random-mask'] });
const grown = growBranch(sampleSession(tiny), 'what-if', TRUNK, 0, 'steeper', { ...tiny, pruning: { ...tiny.pruning, rate: 0.5 } });
const sessions: readonly [string, ...string[]] = [
  exportSession(sampleSession(tinyRecipe({ pruning: { levels: 0 }, arms: ['ticket'] }))),
  exportSession(grown),
];

const words = wordsIn([...recipes, ...sessions]);

/** What is accepted must come back as it is when the lab writes it and reads it again. */
function readRecipe(text: string): void {
  const recipe = parseRecipeText(text);
  const again = parseRecipe(canonicalRecipe(recipe));
  if (recipeId(again) !== recipeId(recipe)) throw new Error('the canonical recipe is another one');
}

function readSession(text: string): void {
  const saved = exportSession(importSession(text, 'session.json'));
  if (exportSession(importSession(saved, 'session.json')) !== saved) throw new Error('what was saved opens as something else');
}

const changed = (seed: string, dice: Dice): string => (dice.once(3) ? mutateText(seed, dice) : mutateJson(seed, words, dice));

const texts = (name: string, seed: (dice: Dice) => string, read: (text: string) => void): Reader<string> => ({
  name,
  make: (dice) => changed(seed(dice), dice),
  read,
  show: (text) => JSON.stringify(text),
});

export const recipeReader = texts('recipe', (dice) => dice.pick(recipes), readRecipe);
export const sessionReader = texts('session', (dice) => dice.pickSmall(sessions), readSession);

/** As editors save it: in UTF-8 or, low or high byte first, UTF-16, with a byte order mark or without. */
function encoded(text: string, dice: Dice): Uint8Array {
  const marked = dice.once(2) ? `\ufeff${text}` : text;
  if (dice.once(2)) return new TextEncoder().encode(marked);
  const bytes = new Uint8Array(Buffer.from(marked, 'utf16le'));
  return dice.once(2) ? bytes : bytes.map((_, at) => bytes[at ^ 1]);
}

export const fileReader: Reader<Uint8Array> = {
  name: 'recipe file',
  make: (dice) => {
    const bytes = encoded(dice.once(2) ? dice.pick(recipes) : changed(dice.pick(recipes), dice), dice);
    return dice.once(2) ? bytes : mutateBytes(bytes, dice);
  },
  read: (bytes) => parseRecipeText(decodeText(bytes)),
  show: (bytes) => Buffer.from(bytes).toString('base64'),
};
