import { describe, expect, it } from 'vitest';
import { sections } from '../../../../src/app/methods/sections.ts';
import {
  arms,
  criteria,
  cutTreatments,
  keptTreatments,
  methodTypes,
  pruningSchedules,
  scopes,
} from '../../../../src/science/recipe/schema.ts';

describe('the methods page', () => {
  it('tells of every choice that a recipe accepts, each with a formula and a paper of a year', () => {
    const named = (field: string) =>
      sections()
        .find((section) => section.field === field)
        ?.methods.map(({ name }) => name);
    const choices = { 'pruning.criterion': criteria, 'pruning.scope': scopes, 'pruning.schedule': pruningSchedules };
    for (const [field, values] of Object.entries({
      ...choices,
      'rewind.kept': keptTreatments,
      'rewind.cut': cutTreatments,
      'method.type': methodTypes,
      arms,
    }))
      expect([...(named(field) ?? [])].sort()).toEqual([...values].sort());
    for (const { methods } of sections())
      for (const { formula, paper } of methods) {
        expect(formula.length).toBeGreaterThan(1);
        expect(paper).toMatch(/(19|20)\d\d/);
      }
  });
});
