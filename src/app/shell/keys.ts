/** What keys do, wherever they are not needed for typing or choosing. */
import type { Lab } from '../state/lab.svelte.ts';

type Action = (lab: Lab) => void;

const actions: Readonly<Record<string, Action | 'help'>> = {
  ' ': (lab) => lab.transport.toggle(),
  l: (lab) => lab.transport.stepLevel(),
  s: (lab) => lab.transport.step(),
  '.': (lab) => lab.transport.giveUp(),
  ArrowLeft: (lab) => lab.selection.move(-1),
  ArrowRight: (lab) => lab.selection.move(1),
  Home: (lab) => (lab.selection.level = 0),
  End: (lab) => (lab.selection.level = lab.recipe.pruning.levels),
  f: (lab) => lab.selection.follow(),
  '?': 'help',
};

/** Keys that a focused control answers itself. */
const typing = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable], [popover]:popover-open *';
const choosing = 'input, button, a, summary';

export function keyAction(event: KeyboardEvent): Action | 'help' | null {
  if (event.altKey || event.defaultPrevented) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.matches(typing) === true) return null;
  if (event.ctrlKey || event.metaKey) return historyAction(event);
  if (event.key === ' ' && target?.matches(choosing) === true) return null;
  if (event.key.startsWith('Arrow') && target?.matches('input') === true) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return Object.hasOwn(actions, key) ? actions[key] : null;
}

/** Undo and redo as every editor has them; any other combination is the browser's. */
function historyAction({ key, shiftKey }: KeyboardEvent): Action | null {
  if (key.toLowerCase() === 'z') return shiftKey ? (lab) => lab.redo() : (lab) => lab.undo();
  return key.toLowerCase() === 'y' && !shiftKey ? (lab) => lab.redo() : null;
}
