/** What of a session goes into a link: always its recipe, figures and fingerprints; curves and masks where they fit. */
import { hexToBytes } from '@noble/hashes/utils.js';
import type { Mask } from '../../science/mask.ts';
import { runsAlongPlan, type Notebook } from '../../science/experiment.ts';
import { canonicalRecipe } from '../../science/recipe/identity.ts';
import { modelOf } from '../../science/recipe/model.ts';
import { toBase64Url } from '../base64.ts';
import { ByteWriter } from '../bytes.ts';
import { deflate } from '../deflate.ts';
import { findRun, marksAlong, planOfBranch, sessionName, TRUNK, trunkOf, type Session, type SessionRun } from '../session.ts';
import { branchKinds, joinSections, kinds, type SectionKind } from './container.ts';
import { writeCurves, type CurveGrain } from './curves.ts';
import { tellsDensities, writeDensities } from './densities.ts';
import { writeDiverged } from './diverged.ts';
import { writeFigures } from './figures.ts';
import { lineageOf, writeLineage } from './lineage.ts';
import { MAX_MASK_BITS, maskBits, packMask } from './masks.ts';
import { expectFewRuns, FINGERPRINT_BYTES } from './shared.ts';

/** A section of a link, and how many of its characters it takes. */
export interface LinkPart {
  readonly kind: SectionKind;
  readonly characters: number;
  /** Curves: how fine. */
  readonly grain: CurveGrain | null;
  /** Figures: of how many runs; branches: how many. Masks: how many of how many. */
  readonly count: number;
  readonly of: number;
}

/** Something that is not in the link, or not all of it, and why. */
export type LeftOut =
  | { readonly kind: 'curves-of-runs' | 'curves'; readonly reason: 'room'; readonly characters: number }
  | { readonly kind: 'masks'; readonly reason: 'room' | 'not-here' | 'too-large' }
  | { readonly kind: 'branches'; readonly reason: 'not-shown'; readonly count: number };

export interface PackedLink {
  /** Null where not even the figures fit. */
  readonly hash: string | null;
  /** Characters of the hash, or of the shortest that there could be. */
  readonly characters: number;
  readonly parts: readonly LinkPart[];
  readonly left: readonly LeftOut[];
}

export const PREFIX = 's2.';
/** A section's kind and length, before its bytes. */
const HEADER_BYTES = 3;
const charactersOf = (bytes: number): number => Math.ceil((bytes * 4) / 3);

/**
 * A branch of the session, the trunk if not told, in at most `room` characters. Masks come from `notebook`. Rejects with a
 * LabError where there is room for more runs than a reader takes.
 */
export async function packLink(session: Session, room: number, notebook: Pick<Notebook, 'find'>, branchId = TRUNK): Promise<PackedLink> {
  const { recipe } = trunkOf(session);
  const plan = planOfBranch(session, branchId);
  const lineage = lineageOf(session, branchId);
  const own = lineage.length === 0 ? kinds : branchKinds;
  const runs = runsAlongPlan(plan).map((run) => findRun(session, branchId, run));
  const done = runs.filter((run) => run !== undefined);
  const sections = new Map<number, Uint8Array>();
  const parts: LinkPart[] = [];
  const left: LeftOut[] = [];
  const lengthWith = (bytes: number): number => PREFIX.length + charactersOf(joinSections(sections).length + bytes);
  const put = (kind: SectionKind, bytes: Uint8Array, more: Partial<LinkPart> = {}): void => {
    sections.set(own[kind], bytes);
    parts.push({ kind, characters: charactersOf(bytes.length + HEADER_BYTES), grain: null, count: 0, of: 0, ...more });
  };

  const head = new ByteWriter();
  head.text(sessionName(session));
  head.text(JSON.stringify(canonicalRecipe(recipe)));
  put('recipe', await deflate(head.done()));
  if (lineage.length > 0) {
    const text = new TextEncoder().encode(writeLineage(recipe, lineage));
    put('branches', await deflate(text), { count: lineage.length });
  }
  if (done.length > 0) {
    put('figures', writeFigures(plan, runs), { count: done.length });
    put('fingerprints', fingerprintsOf(done));
    if (tellsDensities(plan)) put('densities', writeDensities(modelOf(recipe), done));
  }
  const marks = marksAlong(session, branchId);
  if (marks.length > 0) put('diverged', writeDiverged(marks), { count: marks.length });
  if (session.branches.length > 1) left.push({ kind: 'branches', reason: 'not-shown', count: session.branches.length - 1 });
  if (lengthWith(0) > room) return { hash: null, characters: lengthWith(0), parts, left };
  expectFewRuns(done.length);

  if (done.length > 0) {
    const choices = (new Set(done.map(({ seed }) => seed)).size > 1 ? ['run', 'mean'] : ['run']) as readonly CurveGrain[];
    for (const grain of choices) {
      const bytes = writeCurves(plan, done, grain);
      if (lengthWith(bytes.length + HEADER_BYTES) <= room) {
        put('curves', bytes, { grain });
        break;
      }
      const kind = grain === 'run' && choices.length > 1 ? 'curves-of-runs' : 'curves';
      left.push({ kind, reason: 'room', characters: lengthWith(bytes.length + HEADER_BYTES) });
    }
    const roomForMasks = Math.floor(((room - lengthWith(0)) * 3) / 4) - 2 * HEADER_BYTES;
    const packed = await packMasks(done, modelOf(recipe), roomForMasks, notebook);
    if (packed.count > 0) put('masks', packed.bytes, { count: packed.count, of: packed.of });
    if (packed.reason !== null) left.push({ kind: 'masks', reason: packed.reason });
  }
  const hash = PREFIX + toBase64Url(joinSections(sections));
  return { hash, characters: hash.length, parts, left };
}

function fingerprintsOf(runs: readonly SessionRun[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { fingerprint } of runs) writer.raw(hexToBytes(fingerprint.slice(0, 2 * FINGERPRINT_BYTES)));
  return writer.done();
}

interface PackedMasks {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly of: number;
  /** Why there are no more. */
  readonly reason: 'room' | 'not-here' | 'too-large' | null;
}

/** Tickets' masks, seed by seed and the sparsest first, until one does not fit; level 0 keeps everything and needs none. */
async function packMasks(
  done: readonly SessionRun[],
  model: ReturnType<typeof modelOf>,
  room: number,
  notebook: Pick<Notebook, 'find'>,
): Promise<PackedMasks> {
  const tickets = done.filter(({ arm, level }) => arm === 'ticket' && level > 0);
  const seeds = [...new Set(tickets.map(({ seed }) => seed))];
  const order = seeds.flatMap((seed) => tickets.filter((run) => run.seed === seed).sort((a, b) => b.level - a.level));
  const writer = new ByteWriter();
  let [count, size] = [0, 0];
  const end = (reason: PackedMasks['reason']): PackedMasks => ({ bytes: writer.done(), count, of: order.length, reason });
  if (order.length * maskBits(model) > MAX_MASK_BITS) {
    // Some of them may still fit; more than this a reader refuses.
    order.length = Math.min(order.length, Math.floor(MAX_MASK_BITS / maskBits(model)));
    if (order.length === 0) return end('too-large');
  }
  let sparser: { readonly seed: number; readonly mask: Mask } | null = null;
  for (const { seed, level, key } of order) {
    const outcome = await notebook.find(key);
    if (outcome === null) return end('not-here');
    const bytes = packMask(model, { seed, level, mask: outcome.mask }, sparser?.seed === seed ? sparser.mask : null, room - size);
    if (bytes === null || size + bytes.length > room) return end('room');
    writer.raw(bytes);
    size += bytes.length;
    count++;
    sparser = { seed, mask: outcome.mask };
  }
  return end(null);
}
