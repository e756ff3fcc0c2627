/** What lies in storage from earlier visits, by whatever build: the browser's library and its outcomes, the command line's outcomes. */
import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisifyRequest } from 'idb-keyval';
import { OutcomeStore } from '../../../src/cli/outcomes.ts';
import type { LabError } from '../../../src/science/errors.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { sessionText } from '../../../src/sessions/file.ts';
import { entries, openShelves, texts } from '../../../src/sessions/shelves.ts';
import { openStore } from '../../../src/sessions/store.ts';
import { tinyRecipe } from '../../unit/science/recipes.ts';
import { sampleSession } from '../../unit/sessions/sample.ts';
import type { Dice } from '../dice.ts';
import type { Reader } from '../fuzz.ts';
import { mutateJson, mutateText, wordsIn } from '../mutate.ts';
import { changedOutcome, outcomes } from './binary.ts';

const session = sampleSession(tinyRecipe({ name: 'Tiny', pruning: { levels: 0 }, arms: ['ticket'] }));
const text = sessionText(session);
const told: LabError[] = [];
const store = await openStore((error) => told.push(error));
await store.save('a', 0, session, true);
const { library, outcomes: shelf } = openShelves();
const entry = JSON.stringify((await store.list())[0]);
const words = wordsIn([entry, text]);

/** Records that are no data of JSON at all, as a damaged database might hold. */
const strange: readonly unknown[] = [
  undefined,
  null,
  '',
  'entry',
  0,
  NaN,
  true,
  [],
  {},
  new Uint8Array(3),
  new Date(0),
  new Map([['a', 1]]),
];

/** What a text says, or the text itself. */
function plain(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}

interface Records {
  readonly entry: unknown;
  readonly text: unknown;
  readonly last: unknown;
}

export const libraryReader: Reader<Records> = {
  name: 'library',
  make: (dice) => ({
    entry: dice.once(10) ? dice.pick(strange) : plain(dice.once(6) ? entry : mutateJson(entry, words, dice)),
    text: dice.once(20) ? dice.pick(strange) : dice.once(3) ? mutateJson(text, words, dice) : dice.once(10) ? mutateText(text, dice) : text,
    last: dice.once(10) ? dice.pick(strange) : 'a',
  }),
  read: async (records) => {
    await library.write((place) => {
      place.put(records.entry, entries.key('a'));
      place.put(records.text, texts.key('a'));
      place.put(records.last, 'last');
      return Promise.resolve();
    });
    const [line] = await store.list();
    if (typeof line.name !== 'string' || !Number.isSafeInteger(line.revision) || Number.isNaN(line.updated))
      throw new Error('no line of a library');
    const last = await store.last();
    if (last !== null && last !== 'a') throw new Error('a session that is not there was last on the bench');
    const { revision, session: found } = await store.load('a');
    if (revision !== line.revision) throw new Error('another revision than the library lists');
    sessionText(found);
  },
  show: (records) => JSON.stringify(records),
};

interface Kept {
  readonly name: string;
  readonly bytes: Uint8Array;
}
const keys = outcomes.map(({ result }) => result.key);
const kept = (dice: Dice): Kept => ({ name: dice.pick(keys), bytes: changedOutcome(dice) });

/** The one that was asked for; else throws the word why there is none. */
function checkFound(found: RunOutcome | null, key: string, reasons: LabError[]): void {
  const said = reasons.splice(0);
  if (found !== null && found.result.key !== key) throw new Error('another run than was asked for');
  for (const reason of said) throw reason;
  if (found === null) throw new Error('none, and no reason');
}

export const keptReader: Reader<Kept> = {
  name: 'kept outcome',
  make: kept,
  read: async ({ name, bytes }) => {
    await shelf.write((place) => promisifyRequest(place.put(bytes, name)));
    checkFound(await store.notebook.find(name), name, told);
  },
  show: ({ name, bytes }) => `${name} ${Buffer.from(bytes).toString('base64')}`,
};

const folder = mkdtempSync(join(tmpdir(), 'lab-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const said: LabError[] = [];
const files = await OutcomeStore.open(folder, (error) => said.push(error));

export const fileStoreReader: Reader<Kept> = {
  name: 'store of outcomes',
  make: (dice) => (dice.once(20) ? { name: dice.pick(keys), bytes: new TextEncoder().encode(mutateText('1234\n', dice)) } : kept(dice)),
  read: async ({ name, bytes }) => {
    // Whatever stands there, a divergence is known only of the step that was noted.
    if (bytes.length < 100) writeFileSync(join(folder, `${name}.diverged`), bytes);
    if (bytes.length < 100 && (await files.knowsOf({ key: name, step: 1234 })) !== (new TextDecoder().decode(bytes).trim() === '1234'))
      throw new Error('a divergence that was not noted');
    writeFileSync(join(folder, `${name}.run`), bytes);
    checkFound(await files.find(name), name, said);
  },
  show: ({ name, bytes }) => `${name} ${Buffer.from(bytes).toString('base64')}`,
};
