/** What the kinds of step are called. */
import { m } from '../../../paraglide/messages.js';
import type { StepBy } from '../../state/lab.svelte.ts';

const names: Readonly<Record<StepBy, () => string>> = {
  minibatch: m.recipe_step_minibatch,
  phase: m.recipe_step_phase,
  level: m.recipe_step_level,
  all: m.recipe_step_all,
};

export const stepName = (kind: StepBy): string => names[kind]();
