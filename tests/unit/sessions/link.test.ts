import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { figuresOf, type RunFigures } from '../../../src/science/analysis/summary.ts';
import { LabError } from '../../../src/science/errors.ts';
import { prunableParameters } from '../../../src/models/model.ts';
import { stream } from '../../../src/numerics/streams.ts';
import { bitsWhere, type Mask } from '../../../src/science/mask.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import { fromBase64Url, toBase64Url } from '../../../src/sessions/base64.ts';
import { deflate } from '../../../src/sessions/deflate.ts';
import { decodeLink, packLink, type PackedLink } from '../../../src/sessions/link.ts';
import { joinSections, kinds, splitSections } from '../../../src/sessions/link/container.ts';
import { addMark, TRUNK, type Session } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { lenet, realisticSession } from './realistic.ts';
import { sampleOutcome, sampleSession } from './sample.ts';

const session = sampleSession(tinyRecipe({ name: 'Tiny “ünïcode”', seeds: [1, 2] }));
const noMasks = { find: () => Promise.resolve(null) };
const ROOM = 8_000;

async function hashOf(packed: Promise<PackedLink>): Promise<string> {
  const { hash } = await packed;
  if (hash === null) throw new Error('the link does not fit');
  return hash;
}
const pack = (of: Session, room = ROOM): Promise<string> => hashOf(packLink(of, room, noMasks));

const byRun = (list: readonly { seed: number; arm: string; level: number }[]) =>
  [...list].sort((a, b) => `${a.seed}${a.arm}${a.level}`.localeCompare(`${b.seed}${b.arm}${b.level}`));

describe('links', () => {
  it('tell which runs diverged, also where nothing else was found, and readers that know nothing of it pass over it', async () => {
    const marks = [
      { seed: 1, arm: 'ticket', level: 0, step: 14, isSource: true },
      { seed: 2, arm: 'random-mask', level: 3, step: 40 },
    ] as const;
    for (const of of [session, { ...session, runs: [] }]) {
      const marked = marks.reduce((known: Session, mark) => addMark(known, TRUNK, { ...mark, key: 'a'.repeat(64) }), of);
      const hash = await pack(marked);
      const shared = await decodeLink(hash);
      expect(shared.marks).toEqual(marks);
      expect(shared.figures).toHaveLength(of.runs.length);
      const sections = new Map(splitSections(fromBase64Url(hash.slice(3))));
      expect(sections.delete(kinds.diverged)).toBe(true);
      expect((await decodeLink(`s2.${toBase64Url(joinSections(sections))}`)).figures).toEqual(shared.figures);
    }
  });

  it('bring back the recipe and every run’s figures exactly', async () => {
    const shared = await decodeLink(await pack(session));
    expect(shared.recipe).toEqual(session.branches[0].recipe);
    expect(shared.name).toBe('Tiny “ünïcode”');
    const expected = session.runs.map((run) => ({ ...figuresOf(run), engine: run.engine, fingerprint: run.fingerprint.slice(0, 8) }));
    expect(byRun(shared.figures)).toEqual(byRun(expected));
  });

  it('of an unfinished session hold what there is', async () => {
    const partial = sampleSession(tinyRecipe(), [
      { seed: 1, arm: 'ticket', level: 0 },
      { seed: 1, arm: 'shuffled-mask', level: 2 },
    ]);
    const shared = await decodeLink(await pack(partial));
    expect(shared.figures.map(({ arm, level }) => `${arm} ${level}`)).toEqual(['ticket 0', 'shuffled-mask 2']);
    expect((await decodeLink(await pack({ ...partial, runs: [] }))).figures).toEqual([]);
  });

  it('tell engines apart where runs of one session had several', async () => {
    const gpu = { name: 'tfjs', backend: 'webgpu', arithmeticVersion: 3, deterministic: false } as const;
    const mixed = { ...session, runs: session.runs.map((run) => (run.level === 2 ? { ...run, engine: gpu } : run)) };
    const { figures } = await decodeLink(await pack(mixed));
    expect(figures.every(({ level, engine }) => engine.name === (level === 2 ? 'tfjs' : 'sparse'))).toBe(true);
    expect(figures.find(({ level }) => level === 2)?.engine).toEqual(gpu);
  });

  it('of 16 levels, three arms and three seeds fit in 2 000 characters, mean learning curves included', async () => {
    const packed = await packLink(realisticSession(lenet()), 2_000 - 'https://lottery-ticket-lab.example/lab/#'.length, noMasks);
    expect(packed.hash?.length).toBe(packed.characters);
    expect(packed.characters).toBeLessThan(1_960);
    expect(packed.parts.map(({ kind }) => kind)).toEqual(['recipe', 'figures', 'fingerprints', 'curves']);
    expect(packed.parts.find(({ kind }) => kind === 'curves')?.grain).toBe('mean');
    expect(packed.left.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(['curves-of-runs room', 'masks not-here']);
  });

  it('hold to their limit, and say what did not fit', async () => {
    const big = realisticSession(lenet());
    for (const room of [1_500, 1_960, 3_000]) {
      const packed = await packLink(big, room, noMasks);
      expect(packed.characters).toBeLessThanOrEqual(room);
      // Parts are measured one by one; together they are the link, but for a few characters a part.
      const sum = packed.parts.reduce((total, { characters }) => total + characters, 0);
      expect(Math.abs(sum - packed.characters)).toBeLessThan(30);
    }
    const none = await packLink(big, 900, noMasks);
    expect(none.hash).toBeNull();
    expect(none.characters).toBeGreaterThan(900);
  });

  it('hold the branch that is shown alone and say so', async () => {
    const branch = { ...session.branches[0], id: 'b1', parent: 'trunk', fromLevel: 1 };
    const packed = await packLink({ ...session, branches: [...session.branches, branch] }, ROOM, noMasks);
    expect(packed.left).toContainEqual({ kind: 'branches', reason: 'not-shown', count: 1 });
  });

  it('hold tickets’ masks bit for bit, the sparsest first, as many as there is room for', async () => {
    const small = sampleSession(tinyRecipe({ arms: ['ticket'] }));
    const outcomes = new Map(
      small.runs.map((run) => [run.key, { ...sampleOutcome(tinyRecipe(), run), mask: nestedMask(run.level), result: run }]),
    );
    const notebook = { find: (key: string) => Promise.resolve(outcomes.get(key) ?? null) };
    const all = await packLink(small, ROOM, notebook);
    const { masks } = await decodeLink(await hashOf(Promise.resolve(all)));
    expect(masks.map(({ level }) => level)).toEqual([3, 2, 1]);
    for (const { level, mask } of masks) expect(mask).toEqual(outcomes.get(small.runs[level].key)?.mask);
    const tight = await packLink(small, all.characters - 10, notebook);
    expect(tight.characters).toBeLessThanOrEqual(all.characters - 10);
    expect(tight.parts.find(({ kind }) => kind === 'masks')).toMatchObject({ count: 2, of: 3 });
    expect(tight.left).toContainEqual({ kind: 'masks', reason: 'room' });
    expect((await decodeLink(tight.hash ?? '')).masks.map(({ level }) => level)).toEqual([3, 2]);
  });

  it('of the first form keep opening', async () => {
    const kept = JSON.parse(readFileSync(new URL('fixtures/link-s1.json', import.meta.url), 'utf8')) as {
      hash: string;
      name: string;
      runs: (RunFigures & { fingerprint: string })[];
    };
    const shared = await decodeLink(kept.hash);
    expect(shared.name).toBe(kept.name);
    const engine = { name: 'sparse', backend: null, arithmeticVersion: 1, deterministic: true };
    expect(byRun(shared.figures)).toEqual(byRun(kept.runs.map((run) => ({ ...run, engine }))));
    for (let at = 0; at < kept.hash.length; at += 10)
      await expect(decodeLink(mangled(kept.hash, at)), `at ${at}`).rejects.toBeInstanceOf(LabError);
  });

  it('mangled at any place are refused, and never read as something else', async () => {
    const link = await pack(session);
    for (let at = 0; at < link.length; at++) await expect(decodeLink(mangled(link, at)), `at ${at}`).rejects.toBeInstanceOf(LabError);
    for (const length of [0, 2, 3, 10, link.length - 1]) await expect(decodeLink(link.slice(0, length))).rejects.toBeInstanceOf(LabError);
  });

  it('that were made to mislead are refused: checksums are no secret', async () => {
    const sections = splitSections(fromBase64Url((await pack(session)).slice(3)));
    for (const kind of Object.values(kinds)) {
      const bytes = sections.get(kind);
      if (bytes === undefined) continue;
      for (const forged of [bytes.subarray(0, bytes.length >> 1), new Uint8Array(), Uint8Array.from(bytes, (byte) => byte ^ 255)]) {
        const hash = `s2.${toBase64Url(joinSections(new Map([...sections, [kind, forged]])))}`;
        // A cut or turned arithmetic code still means something; it must be something of the right kind.
        const shared = await decodeLink(hash).catch((error: unknown) => error);
        if (shared instanceof LabError) continue;
        expect(shared).toMatchObject({ recipe: session.branches[0].recipe });
      }
    }
  });

  it('of later makes open without the sections that are not known here', async () => {
    const sections = splitSections(fromBase64Url((await pack(session)).slice(3)));
    const later = joinSections(new Map([...sections, [999, Uint8Array.of(1, 2, 3)]]));
    expect((await decodeLink(`s2.${toBase64Url(later)}`)).figures.length).toBe(session.runs.length);
  });

  it('of a newer version, of another kind, and bombs are each told apart', async () => {
    await expect(decodeLink('s3.AAAA')).rejects.toThrow(/newer version/);
    await expect(decodeLink('lesson/1')).rejects.toThrow(/does not hold a session/);
    const bomb = await deflate(new Uint8Array(300_000_000));
    await expect(decodeLink(`s1.${toBase64Url(bomb)}`)).rejects.toThrow(/unpacks to more than/);
    const inside = joinSections(new Map([[kinds.recipe, bomb]]));
    await expect(decodeLink(`s2.${toBase64Url(inside)}`)).rejects.toThrow(/unpacks to more than/);
  });
});

function mangled(link: string, at: number): string {
  return link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
}

/** Keeps 0.8^level of the weights, all of them kept at the levels before. */
function nestedMask(level: number): Mask {
  const source = stream(1, 'nested mask');
  return Object.fromEntries(
    prunableParameters(modelOf(tinyRecipe())).map(({ name, size }) => [name, bitsWhere(size, () => source.uniform() < 0.8 ** level)]),
  );
}
