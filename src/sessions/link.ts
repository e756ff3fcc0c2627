/**
 * A session in a link: its recipe and what was found, in the hash of an address. `s2.` and then, in base64url, sections
 * (link/container.ts): the recipe, of a what-if also what it grew from, every run's figures and 4-byte fingerprint, and
 * as far as they fit learning curves and masks. Densities and steps follow from recipes, but for densities that are
 * learned. What is read is hostile input.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { modelOf } from '../science/recipe/model.ts';
import { fromBase64Url } from './base64.ts';
import { ByteReader, Malformed } from './bytes.ts';
import { inflate, TooLong } from './deflate.ts';
import { fittedName, MAX_LINK_CHARACTERS } from './limits.ts';
import { planOfLineage, sessionOf } from './link/along.ts';
import { branchKinds, kinds, splitSections } from './link/container.ts';
import { readCurves } from './link/curves.ts';
import { readDensities, tellsDensities } from './link/densities.ts';
import { readDiverged } from './link/diverged.ts';
import { readFigures } from './link/figures.ts';
import { readFirst } from './link/first.ts';
import { readLineage } from './link/lineage.ts';
import { readMasks } from './link/masks.ts';
import { expectFewRuns, FINGERPRINT_BYTES, MAX_TEXT_BYTES, readRecipe, type SharedSession } from './link/shared.ts';
import { checkTree } from './schema.ts';

export type { SharedCurve } from './link/curves.ts';
export type { SharedFigures } from './link/figures.ts';
export { sessionOf } from './link/along.ts';
export { packLink, type LeftOut, type LinkPart, type PackedLink } from './link/pack.ts';
export type { SharedSession } from './link/shared.ts';

const VERSION = 2;
const ANY_VERSION = /^s(\d{1,4})\./;

/** The session of a hash, without `#`. Throws a LabError, subject `link`, that says what is wrong with it. */
export async function decodeLink(hash: string): Promise<SharedSession> {
  if (hash.length > MAX_LINK_CHARACTERS) throw new LabError(m.sessions_link_long({ limit: MAX_LINK_CHARACTERS }), 'link');
  const prefix = ANY_VERSION.exec(hash);
  if (prefix === null) throw new LabError(m.sessions_link_foreign(), 'link');
  const version = Number(prefix[1]);
  if (version > VERSION) throw new LabError(m.sessions_link_newer({ version }), 'link');
  try {
    const bytes = fromBase64Url(hash.slice(prefix[0].length));
    return { ...(await (version === 1 ? readFirst(bytes) : read(bytes))), hash };
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (error instanceof TooLong) throw new LabError(m.sessions_link_bomb({ limit: MAX_TEXT_BYTES / 1000 }), 'link', { cause: error });
    throw new LabError(m.sessions_link_mangled(), 'link', { cause: error });
  }
}

async function read(bytes: Uint8Array): Promise<Omit<SharedSession, 'hash'>> {
  const sections = splitSections(bytes);
  const head = sections.get(kinds.recipe);
  if (head === undefined) throw new Malformed();
  const reader = new ByteReader(await inflate(head, MAX_TEXT_BYTES));
  const name = fittedName(reader.text());
  const recipe = readRecipe(reader.text(), name);
  reader.end();
  const lineage = sections.get(kinds.branches);
  const branches = lineage === undefined ? [] : readLineage(recipe, utf8(await inflate(lineage, MAX_TEXT_BYTES)));
  checkBranches({ name, recipe, branches });
  const plan = planOfLineage(recipe, branches);
  const own = branches.length === 0 ? kinds : branchKinds;
  const figures = sections.get(own.figures);
  const prints = sections.get(own.fingerprints) ?? new Uint8Array();
  const runs = Math.floor(prints.length / FINGERPRINT_BYTES);
  expectFewRuns(runs);
  const told = figures === undefined ? [] : readFigures(plan, figures, runs);
  const fingerprints = new ByteReader(prints);
  const counted = sections.get(own.densities);
  const densities = counted === undefined || !tellsDensities(plan) ? null : readDensities(modelOf(recipe), counted, told.length);
  const known = told.map((run, index) => ({
    ...run,
    density: densities?.[index] ?? run.density,
    fingerprint: bytesToHex(fingerprints.raw(FINGERPRINT_BYTES)),
  }));
  const curves = sections.get(own.curves);
  const masks = sections.get(own.masks);
  const tickets = known.filter(({ arm }) => arm === 'ticket').length;
  const diverged = sections.get(own.diverged);
  return {
    name,
    recipe,
    branches,
    plan,
    figures: known,
    curves: curves === undefined ? [] : readCurves(plan, known, curves),
    masks: masks === undefined ? [] : readMasks(modelOf(recipe), masks, tickets),
    marks: diverged === undefined ? [] : readDiverged(diverged),
  };
}

/** What a link opens as must be a session that can be kept. */
function checkBranches(lineage: Parameters<typeof sessionOf>[0]): void {
  try {
    checkTree(sessionOf(lineage), lineage.name);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(m.sessions_link_recipe({ reason: error.message }), 'link', { cause: error });
  }
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
