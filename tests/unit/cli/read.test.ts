import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/cli/read.ts';
import { readSession } from '../../../src/cli/read-session.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import { canonicalRecipe } from '../../../src/science/recipe/identity.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleSession } from '../sessions/sample.ts';

const recipe = tinyRecipe({ name: 'tiny' });
const session = sampleSession(recipe);
const folder = await mkdtemp(join(tmpdir(), 'lab-read-'));
const path = join(folder, 'file.json');

describe.each([
  ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16 with a byte order mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16 of the other order', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
])('in %s', (_, encode) => {
  it('recipes and sessions are read', async () => {
    await writeFile(path, encode(JSON.stringify({ name: recipe.name, ...canonicalRecipe(recipe) })));
    expect(await readRecipe(path)).toEqual(recipe);
    await writeFile(path, encode(exportSession(session)));
    expect((await readSession(path)).session).toEqual(session);
  });
});

it('a fault of a recipe’s or a session’s text is told by line and column', async () => {
  await writeFile(path, '{\n  "seeds": [1],\n}');
  await expect(readRecipe(path)).rejects.toThrow('‘}’ is unexpected at line 3, column 1');
  await expect(readSession(path)).rejects.toThrow(/file\.json does not read as JSON: ‘}’ is unexpected at line 3, column 1/);
});
