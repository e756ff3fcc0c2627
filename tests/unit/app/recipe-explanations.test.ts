/** Every setting is explained, and nothing is explained that is no setting. */
import { expect, it } from 'vitest';
import { explanations } from '../../../src/app/lab/recipe/explanations.ts';
import { groups, treatments } from '../../../src/app/lab/recipe/fields.ts';
import { transfer } from '../../../src/app/lab/recipe/transfer-fields.ts';
import { arms } from '../../../src/science/recipe/schema.ts';

it('explains each setting of the panel', () => {
  const fields = [...groups, transfer].flatMap((group) => group.fields).concat(treatments);
  const asked = [...fields.map(({ path, explain }) => explain ?? path), 'rewind', 'arms', 'seeds', ...arms.map((arm) => `arms/${arm}`)];
  expect(Object.keys(explanations).sort()).toEqual([...new Set(asked)].sort());
});
