import { zipSync, strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Notebook } from '../../../src/science/experiment.ts';
import { fingerprint } from '../../../src/science/fingerprint.ts';
import { density } from '../../../src/science/mask.ts';
import { modelOf } from '../../../src/science/recipe/model.ts';
import type { RunOutcome } from '../../../src/science/run.ts';
import { exportArchive, importArchive } from '../../../src/sessions/archive.ts';
import { asForeign } from '../../../src/sessions/sealed.ts';
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

async function openAll(bytes: Uint8Array): Promise<{ session: Session; isIntact: boolean; outcomes: RunOutcome[]; damaged: string[] }> {
  const archive = await importArchive(bytes, 'lab.zip');
  const all: RunOutcome[] = [];
  const damaged: string[] = [];
  for await (const outcome of archive.outcomes(({ message }) => damaged.push(message))) all.push(outcome);
  return { session: archive.session, isIntact: archive.isIntact, outcomes: all, damaged };
}

const sound = (held = outcomes) => ({ session, isIntact: true, outcomes: held, damaged: [] });

/** The archive with one file replaced, as any zip program would write it. */
async function changed(name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of readZip(await packed(), { entries: 100, bytes: 1e8 })) files[entry.name] = await entry.read();
  return zipSync({ ...files, [name]: change(files[name]) });
}

const key = outcomes[1].result.key;

describe('an archive', () => {
  it('comes back as it was: session, masks, weights, snapshots', async () => {
    expect(await openAll(await packed())).toEqual(sound());
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
    expect(await openAll(await packed(session, [outcomes[1]]))).toEqual(sound([outcomes[1]]));
  });

  it('is readable by other programs, and reads what they write', async () => {
    expect(await openAll(await changed('session.json', (bytes) => bytes))).toEqual(sound());
  });
});

describe('a hostile archive', () => {
  const flipped = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 9 ? byte ^ 1 : byte));

  it('weights that are not those of the figures are refused by name, and the rest opens', async () => {
    for (const name of [`weights/${key}.bin`, `masks/${key}.bin`]) {
      const opened = await openAll(await changed(name, flipped));
      expect(opened.damaged).toEqual([expect.stringContaining(name)]);
      expect(opened.outcomes).toEqual([outcomes[0]]);
    }
  });

  it('a file whose bytes were damaged on the way is named, and the rest opens', async () => {
    const bytes = await packed();
    const file = readZip(bytes, { entries: 100, bytes: 1e8 }).findIndex(({ name }) => name === `weights/${key}-20.bin`);
    expect(file).toBeGreaterThan(0);
    // The last file's last bytes stand right before the directory.
    bytes[new DataView(bytes.buffer).getUint32(bytes.length - 6, true) - 60] ^= 1;
    const opened = await openAll(bytes);
    expect(opened.damaged).toEqual([expect.stringContaining(`weights/${key}-20.bin`)]);
    expect(opened.outcomes).toEqual([outcomes[0], { ...outcomes[1], kept: {} }]);
  });

  it.each([0, 3, 4_000])('files of another size (%i bytes) are refused', async (size) => {
    for (const name of [`weights/${key}.bin`, `masks/${key}.bin`, `weights/${key}-20.bin`])
      expect((await openAll(await changed(name, () => new Uint8Array(size)))).damaged).toEqual([expect.stringContaining(name)]);
  });

  it('a run that claims the key of another is not taken for it', async () => {
    const forged = { ...session, runs: session.runs.map((run) => ({ ...run, key: run.level === 1 ? 'f'.repeat(64) : run.key })) };
    const archive = await changed('session.json', () => strToU8(JSON.stringify(forged)));
    expect((await openAll(archive)).outcomes).toEqual([outcomes[0]]);
  });

  it('whose session was edited opens, and its runs say so for good', async () => {
    const better = (bytes: Uint8Array) => strToU8(new TextDecoder().decode(bytes).replace(/"test":0\.\d+/, '"test":0.999'));
    const opened = await openAll(await changed('session.json', better));
    expect(opened.isIntact).toBe(false);
    expect(asForeign(opened).runs.map(({ origin }) => origin)).toEqual(['changed-file', 'changed-file']);
  });

  it('whose session.json is larger than any session is refused unpacked, by name', async () => {
    const bomb = zipSync({ 'session.json': new Uint8Array(65 * 2 ** 20).fill(32) });
    await expect(importArchive(bomb, 'bomb.zip')).rejects.toMatchObject({
      subject: 'session.json',
      message: expect.stringMatching(/bomb.zip.*65 MB/) as unknown,
    });
  });

  it('without a session it is none', async () => {
    await expect(importArchive(zipSync({ 'notes.txt': strToU8('hello') }), 'notes.zip')).rejects.toThrow(/notes.zip holds no session.json/);
  });
});
