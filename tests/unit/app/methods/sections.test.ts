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
  structures,
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
      'pruning.structure': structures,
      arms,
    }))
      expect([...(named(field) ?? [])].sort()).toEqual([...values].sort());
    for (const { methods } of sections())
      for (const { formula, paper } of methods) {
        expect(formula.length).toBeGreaterThan(1);
        expect(paper).toMatch(/(19|20)\d\d/);
      }
  });

  it('says where the lab does on purpose what the authors’ code does not', () => {
    const departures = (field: string, of: string) =>
      sections()
        .find((section) => section.field === field)
        ?.methods.find(({ name }) => name === of)
        ?.departures.join(' ') ?? '';
    expect(departures('pruning.criterion', 'magnitude-increase')).toMatch(/changed sign go first.*scores them 0/);
    expect(departures('pruning.criterion', 'large-init-large-final')).toMatch(/equal percentiles/);
    expect(departures('method.type', 'bernoulli')).toMatch(/scale c counts as given/);
    expect(departures('method.type', 'rigl')).toMatch(/begins at zero without momentum.*keeps both/);
    expect(departures('method.type', 'early-bird')).toMatch(/end of the first epoch.*of the init/);
    expect(departures('method.type', 'edge-popup')).toMatch(/√\(n\/k\)/);
    expect(departures('pruning.scope', 'layerwise')).toMatch(/half to even.*one more/);
  });

  it('says what each way to score, to find a ticket and to look at one costs', () => {
    const costs = (field: string | null) =>
      sections()
        .find((section) => section.field === field)
        ?.methods.map(({ cost }) => cost);
    for (const field of ['pruning.criterion', 'pruning.schedule', 'method.type', null])
      for (const cost of costs(field) ?? [null]) expect(cost?.length ?? 0).toBeGreaterThan(5);
    // Two trainings of 8 000 steps.
    expect(costs(null)?.[0]).toMatch(/^16\D000 training steps/);
  });
});
