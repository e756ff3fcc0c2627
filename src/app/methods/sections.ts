/** The registries as the sections of a page. */
import { m } from '../../paraglide/messages.js';
import { analyses } from '../../science/analysis/registry.ts';
import { criteria } from '../../science/prune/criteria.ts';
import { integer } from '../format.ts';
import { controls, cut, kept, methods, schedules, scopes, structures, type Method } from '../../science/registry.ts';
import { parseRecipe } from '../../science/recipe/parse.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import type { Need } from '../../science/trainer.ts';

interface Row {
  readonly name: string;
  readonly formula: string;
  readonly paper: string;
  /** Null where its section tells none. */
  readonly needs: string | null;
  readonly cost: string | null;
  readonly departures: readonly string[];
}

export interface Section {
  readonly title: string;
  /** In the recipe; null where it stands in none. */
  readonly field: string | null;
  readonly methods: readonly Row[];
}

const methodsOf = (registry: Readonly<Record<string, Method>>): Section['methods'] =>
  Object.entries(registry).map(([name, { formula, paper, cost = null, departures = [] }]) => ({
    name,
    formula,
    paper,
    needs: null,
    cost,
    departures,
  }));

function inWords(needs: readonly Need[]): string {
  if (needs.includes('hessian-vector-products')) return m.methods_need_hessian();
  return needs.includes('dense-gradients') ? m.methods_need_gradients() : m.methods_none();
}

/** Of one scoring. */
function costOf(needs: readonly Need[]): string {
  if (needs.includes('hessian-vector-products')) return m.methods_cost_hessian();
  return needs.includes('dense-gradients') ? m.methods_cost_gradient() : m.methods_cost_weights();
}

/** The paper's experiment, by the defaults. */
const paperRecipe = (): Recipe =>
  parseRecipe({
    task: { dataset: 'mnist', train: 55_000, validation: 5_000, test: 10_000 },
    model: { family: 'mlp', hidden: [300, 100] },
  });

const inSteps = ({ trainingSteps, passes }: { readonly trainingSteps: number; readonly passes: number }): string =>
  trainingSteps > 0
    ? m.methods_cost_steps({ steps: integer(trainingSteps), passes })
    : passes > 0
      ? m.methods_cost_passes({ passes })
      : m.methods_cost_none();

export const sections = (): readonly Section[] => [
  {
    title: m.methods_criteria(),
    field: 'pruning.criterion',
    methods: Object.entries(criteria).map(([name, { formula, paper, needs, departures = [] }]) => ({
      name,
      formula,
      paper,
      needs: inWords(needs),
      cost: costOf(needs),
      departures,
    })),
  },
  { title: m.methods_methods(), field: 'method.type', methods: methodsOf(methods) },
  { title: m.methods_scopes(), field: 'pruning.scope', methods: methodsOf(scopes) },
  { title: m.methods_schedules(), field: 'pruning.schedule', methods: methodsOf(schedules) },
  { title: m.methods_structures(), field: 'pruning.structure', methods: methodsOf(structures) },
  { title: m.methods_kept(), field: 'rewind.kept', methods: methodsOf(kept) },
  { title: m.methods_cut(), field: 'rewind.cut', methods: methodsOf(cut) },
  { title: m.methods_controls(), field: 'arms', methods: methodsOf(controls) },
  {
    title: m.methods_analyses(),
    field: null,
    methods: Object.entries(analyses).map(([name, { formula, paper, from, cost }]) => ({
      name,
      formula,
      paper,
      needs: from === 'figures' ? m.methods_from_figures() : m.methods_from_weights(),
      cost: inSteps(cost(paperRecipe(), [0])),
      departures: [],
    })),
  },
];
