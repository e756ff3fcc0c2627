/** What the kinds of step are called. */
import { m } from '../../../paraglide/messages.js';
import type { StepBy } from '../../state/transport.svelte.ts';

const names: Readonly<Record<StepBy, () => string>> = {
  minibatch: m.recipe_step_minibatch,
  phase: m.recipe_step_phase,
  level: m.recipe_step_level,
  all: m.recipe_step_all,
};

/** What one step of a kind does, as the key says it. */
const doings: Readonly<Record<StepBy, () => string>> = {
  minibatch: m.recipe_step_does_minibatch,
  phase: m.recipe_step_does_phase,
  level: m.recipe_step_does_level,
  all: m.recipe_step_does_all,
};

export const stepDoes = (kind: StepBy): string => doings[kind]();

export const stepName = (kind: StepBy): string => names[kind]();
