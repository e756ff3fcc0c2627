import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { save } from '../../../src/cli/save.ts';

const folder = await mkdtemp(join(tmpdir(), 'lab-save-'));

it('leaves nothing behind where it cannot write', async () => {
  await mkdir(join(folder, 'taken'));
  await expect(save(join(folder, 'taken'), 'text')).rejects.toMatchObject({ subject: '--out' });
  await expect(save(join(folder, 'none', 'file'), 'text')).rejects.toMatchObject({ subject: '--out' });
  expect(await readdir(folder)).toEqual(['taken']);
});

it('refuses a name of nothing', async () => {
  for (const name of ['', '  ']) await expect(save(name, 'text')).rejects.toMatchObject({ subject: '--out' });
});

it('takes many writers of one file', async () => {
  const path = join(folder, 'file');
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(100_000));
  await Promise.all(texts.map((text) => save(path, text)));
  expect(texts).toContain(await readFile(path, 'utf8'));
  expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
});
