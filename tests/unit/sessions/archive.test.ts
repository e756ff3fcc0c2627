import { zipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Notebook } from '../../../src/science/experiment.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';
import { density } from '../../../src/science/mask.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { exportArchive, importArchive } from '../../../src/sessions/archive.ts';
import { addRun, newSession, TRUNK, type Session } from '../../../src/sessions/session.ts';
import { readZip } from '../../../src/sessions/zip.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleOutcome } from './sample.ts';

const recipe = tinyRecipe({ name: 'Tiny' });
const model = modelOf(recipe);

/** An outcome whose figures say what its mask and weights are. */
function honest(level: number): RunOutcome {
  const outcome = sampleOutcome(recipe, { seed: 1, arm: 'ticket', level });
  const result = { ...outcome.result, density: density(outcome.mask), fingerprint: fingerprint(model, outcome.final) };
  return { ...outcome, result };
}

const outcomes = [honest(0), honest(1)];
const session = outcomes.reduce((grown: Session, { result }) => addRun(grown, TRUNK, result), newSession(recipe));

const notebookOf = (held: readonly RunOutcome[]): Notebook => ({
  find: (key) => Promise.resolve(held.find(({ result }) => result.key === key) ?? null),
  keep: () => Promise.resolve(),
});

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());
const packed = async (of = session, held = outcomes): Promise<Uint8Array> => bytesOf(await exportArchive(of, notebookOf(held)));

async function openAll(bytes: Uint8Array): Promise<{ session: Session; outcomes: RunOutcome[] }> {
  const archive = await importArchive(bytes, 'lab.zip');
  const all: RunOutcome[] = [];
  for await (const outcome of archive.outcomes()) all.push(outcome);
  return { session: archive.session, outcomes: all };
}

/** The archive with one file replaced, as any zip program would write it. */
async function changed(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readZip(await packed(), { entries: 100, bytes: 1e8 })) files[entry.name] = await entry.read();
  return zipSync({ ...files, [name]: change(files[name]) });
}

const key = outcomes[1].result.key;

describe('an archive', () => {
  it('comes back as it was: session, masks, weights, snapshots', async () => {
    expect(await openAll(await packed())).toEqual({ session, outcomes });
  });

  it('has the files that the format promises, kept values only', async () => {
    const files = readZip(await packed(), { entries: 100, bytes: 1e8 });
    const [a, b] = outcomes.map(({ result }) => result.key);
    const expected = ['session.json', ...[a, b].flatMap((one) => [`masks/${one}.bin`, `weights/${one}.bin`, `weights/${one}-20.bin`])];
    expect(files.map(({ name }) => name)).toEqual(expected);
    const weights = await files[2].read();
    const all = model.parameters.reduce((sum, { size }) => sum + 4 * size, 0);
    expect(weights.length).toBeLessThan(0.6 * all);
    // The snapshot has values where the mask has none: nothing is lost.
    expect((await files[3].read()).length).toBe(all);
  });

  it('does without the weights that nobody has', async () => {
    expect(await openAll(await packed(session, [outcomes[1]]))).toEqual({ session, outcomes: [outcomes[1]] });
  });

  it('is readable by other programs, and reads what they write', async () => {
    expect(await openAll(await changed('session.json', (bytes) => bytes))).toEqual({ session, outcomes });
  });
});

describe('a hostile archive', () => {
  it('weights that are not those of the figures are refused by name', async () => {
    const flipped = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 9 ? byte ^ 1 : byte));
    await expect(openAll(await changed(`weights/${key}.bin`, flipped))).rejects.toThrow(`weights/${key}.bin`);
    await expect(openAll(await changed(`masks/${key}.bin`, flipped))).rejects.toThrow(`masks/${key}.bin`);
  });

  it.each([0, 3, 4_000])('files of another size (%i bytes) are refused', async (size) => {
    for (const name of [`weights/${key}.bin`, `masks/${key}.bin`, `weights/${key}-20.bin`])
      await expect(openAll(await changed(name, () => new Uint8Array(size)))).rejects.toThrow(name);
  });

  it('a run that claims the key of another is not taken for it', async () => {
    const forged = { ...session, runs: session.runs.map((run) => ({ ...run, key: run.level === 1 ? 'f'.repeat(64) : run.key })) };
    const archive = await changed('session.json', () => strToU8(JSON.stringify(forged)));
    expect((await openAll(archive)).outcomes).toEqual([outcomes[0]]);
  });

  it('without a session it is none', async () => {
    await expect(importArchive(zipSync({ 'notes.txt': strToU8('hello') }), 'notes.zip')).rejects.toThrow(/notes.zip holds no session.json/);
  });
});
