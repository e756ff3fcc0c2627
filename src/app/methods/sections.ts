/** The registries as the sections of a page. */
import { m } from '../../paraglide/messages.js';
import { analyses } from '../../science/analysis/registry.ts';
import { criteria } from '../../science/prune/criteria.ts';
import { controls, cut, kept, methods, schedules, scopes, structures, type Method } from '../../science/registry.ts';
import type { Need } from '../../science/trainer.ts';

export interface Section {
  readonly title: string;
  /** In the recipe; null where it stands in none. */
  readonly field: string | null;
  readonly methods: readonly { readonly name: string; readonly formula: string; readonly paper: string; readonly needs: string | null }[];
}

const methodsOf = (registry: Readonly<Record<string, Method>>): Section['methods'] =>
  Object.entries(registry).map(([name, { formula, paper }]) => ({ name, formula, paper, needs: null }));

function inWords(needs: readonly Need[]): string {
  if (needs.includes('hessian-vector-products')) return m.methods_need_hessian();
  return needs.includes('dense-gradients') ? m.methods_need_gradients() : m.methods_none();
}

export const sections = (): readonly Section[] => [
  {
    title: m.methods_criteria(),
    field: 'pruning.criterion',
    methods: Object.entries(criteria).map(([name, { formula, paper, needs }]) => ({ name, formula, paper, needs: inWords(needs) })),
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
    methods: Object.entries(analyses).map(([name, { formula, paper, from }]) => ({
      name,
      formula,
      paper,
      needs: from === 'figures' ? m.methods_from_figures() : m.methods_from_weights(),
    })),
  },
];
