import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linkOf } from '../../../src/cli/link.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { decodeLink } from '../../../src/sessions/link.ts';
import { growBranch, TRUNK } from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from '../sessions/sample.ts';

const session = sampleSession(tinyRecipe({ name: 'tiny' }));
const path = join(await mkdtemp(join(tmpdir(), 'lab-link-')), 'session.json');
await writeFile(path, exportSession(session));

it('puts a session’s file into a link of at most so many characters', async () => {
  const hash = await linkOf(path, 2000);
  expect(hash.length).toBeLessThanOrEqual(2000);
  expect((await decodeLink(hash)).figures).toHaveLength(session.runs.length);
});

it('holds the branch that is named, and refuses one that is not there', async () => {
  const changed = tinyRecipe({ name: 'tiny', pruning: { levels: 3, rate: 0.5 } });
  await writeFile(`${path}.json`, exportSession(growBranch(session, 'b1', TRUNK, 1, 'faster', changed)));
  const { branches } = await decodeLink(await linkOf(`${path}.json`, 2000, 'b1'));
  expect(branches).toMatchObject([{ name: 'faster', fromLevel: 1 }]);
  expect((await decodeLink(await linkOf(`${path}.json`, 2000))).branches).toEqual([]);
  await expect(linkOf(`${path}.json`, 2000, 'b2')).rejects.toMatchObject({ subject: '--branch' });
});

it.each([NaN, 0, -5, 1.5, Infinity])('refuses a room of %s', async (room) => {
  await expect(linkOf(path, room)).rejects.toMatchObject({ subject: '--room' });
});

it('says how much room is needed, and which file cannot be read', async () => {
  await expect(linkOf(path, 50)).rejects.toThrow(/too short for this session: it needs \d+/);
  await expect(linkOf(`${path}.none`, 2000)).rejects.toThrow('cannot be read');
});
