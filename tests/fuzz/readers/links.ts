/** Links: characters of the address, bytes of its sections with a checksum that is right again, and what the sections say. */
import { inflateRawSync } from 'node:zlib';
import { deflateSync } from 'fflate';
import { fromBase64Url, toBase64Url } from '../../../src/sessions/base64.ts';
import { ByteReader, ByteWriter } from '../../../src/sessions/bytes.ts';
import { decodeLink, packLink, sessionOf } from '../../../src/sessions/link.ts';
import { checksumOf, joinSections, kinds, splitSections, type Sections } from '../../../src/sessions/link/container.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { addRun, growBranch, planOfBranch, TRUNK } from '../../../src/sessions/session.ts';
import { runsAlongPlan } from '../../../src/science/experiment.ts';
import fixture from '../../unit/sessions/fixtures/link-s1.json' with { type: 'json' };
import { tinyRecipe } from '../../unit/science/recipes.ts';
import { sampleOutcome, sampleResult, sampleSession } from '../../unit/sessions/sample.ts';
import type { Dice } from '../dice.ts';
import type { Reader } from '../fuzz.ts';
import { mutateBytes, mutateJson, mutateText, wordsIn } from '../mutate.ts';

const recipe = tinyRecipe({ name: 'Tiny', pruning: { levels: 2 }, arms: ['ticket', 'random-mask'], seeds: [1, 2] });
const trunk = sampleSession(recipe);
const changed = { ...recipe, pruning: { ...recipe.pruning, rate: 0.5 } };
const grown = growBranch(trunk, 'what-if', TRUNK, 1, 'steeper', changed);
const branched = runsAlongPlan(planOfBranch(grown, 'what-if'))
  .filter(({ level }) => level > 1)
  .reduce((session, run) => addRun(session, 'what-if', sampleResult(changed, run)), grown);
const learned = tinyRecipe({ name: 'Tiny', method: { type: 'bernoulli' }, arms: ['ticket'], pruning: { levels: 1 } });

const brief = tinyRecipe({ name: 'Tiny', pruning: { levels: 1 }, arms: ['ticket'] });
const small = sampleSession(brief);

const outcomes = new Map(
  [...trunk.runs.map((run) => sampleOutcome(recipe, run)), ...small.runs.map((run) => sampleOutcome(brief, run))].map((outcome) => [
    outcome.result.key,
    outcome,
  ]),
);
const notebook = { find: (key: string) => Promise.resolve(outcomes.get(key) ?? null) };

async function linkOf(...[session, branch]: [typeof trunk, string]): Promise<string> {
  const { hash } = await packLink(session, 100_000, notebook, branch);
  if (hash === null) throw new Error('a link that fits');
  return hash;
}

const links: readonly [string, ...string[]] = [
  await linkOf(small, TRUNK),
  await linkOf(trunk, TRUNK),
  await linkOf(branched, 'what-if'),
  await linkOf(sampleSession(learned), TRUNK),
];
const PREFIX = 's2.';
const bodyOf = (link: string): Sections => splitSections(fromBase64Url(link.slice(PREFIX.length)));
const bodies: readonly [Sections, ...Sections[]] = [bodyOf(links[0]), ...links.slice(1).map(bodyOf)];
const first = inflateRawSync(fromBase64Url(fixture.hash.slice(PREFIX.length)));

/** Texts that are deflated in a section, which is one of few. */
const unpacked = new Map<Uint8Array, Uint8Array>();
function inflated(bytes: Uint8Array): Uint8Array {
  const known = unpacked.get(bytes) ?? new Uint8Array(inflateRawSync(bytes));
  unpacked.set(bytes, known);
  return known;
}
const head = (bytes: Uint8Array): [name: string, recipe: string] => {
  const reader = new ByteReader(inflated(bytes));
  return [reader.text(), reader.text()];
};
const lineage = (bytes: Uint8Array): string => new TextDecoder().decode(inflated(bytes));
const packed = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 0 });

const words = wordsIn(
  bodies.flatMap((body) => {
    const [recipes, branches] = [body.get(kinds.recipe), body.get(kinds.branches)];
    return [...(recipes === undefined ? [] : [head(recipes)[1]]), ...(branches === undefined ? [] : [lineage(branches)])];
  }),
);

function changedSection(kind: number, bytes: Uint8Array, dice: Dice): Uint8Array {
  if (kind === kinds.recipe) {
    const [name, text] = head(bytes);
    const writer = new ByteWriter();
    writer.text(dice.once(8) ? mutateText(name, dice) : name);
    writer.text(mutateJson(text, words, dice));
    return packed(dice.once(8) ? mutateBytes(writer.done(), dice) : writer.done());
  }
  if (kind === kinds.branches) return packed(new TextEncoder().encode(mutateJson(lineage(bytes), words, dice)));
  return mutateBytes(bytes, dice);
}

/** Sections changed, left out, moved to another kind. */
function changedSections(dice: Dice): string {
  const sections = new Map(dice.pickSmall(bodies));
  const whole = [...sections];
  for (let times = 1 + dice.below(2); times > 0; times--) {
    const [kind, bytes] = dice.pick(whole);
    if (dice.once(12)) sections.delete(kind);
    else sections.set(dice.once(12) ? 1 + dice.below(14) : kind, changedSection(kind, bytes, dice));
  }
  return PREFIX + toBase64Url(joinSections(sections));
}

/** A link of the first form, whose checksum comes last. */
function changedFirst(dice: Dice): string {
  const body = mutateBytes(first.subarray(0, first.length - 4), dice);
  return `s1.${toBase64Url(packed(Buffer.concat([body, checksumOf(body)])))}`;
}

export const linkReader: Reader<string> = {
  name: 'link',
  make: (dice) => {
    if (dice.once(5)) return mutateText(dice.once(4) ? fixture.hash : dice.pickSmall(links), dice);
    return dice.once(5) ? changedFirst(dice) : changedSections(dice);
  },
  read: async (hash) => {
    const shared = await decodeLink(hash);
    // Whoever opens a link may keep it: the session that it becomes is one that can be saved.
    importSession(exportSession(sessionOf(shared)), 'from a link');
  },
  show: (hash) => JSON.stringify(hash),
};
