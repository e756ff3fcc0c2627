/** What a session says of runs that came with a file, in the form that a check takes. */
import { figuresOf } from '../../science/analysis/summary.ts';
import type { Claims } from '../state/checkup.svelte.ts';
import type { Lab } from '../state/lab.svelte.ts';

/** Along the branch that is shown. */
export const claimsOf = ({ recipe, plan, runs }: Pick<Lab, 'recipe' | 'plan' | 'runs'>): Claims => ({
  recipe,
  plan,
  figures: runs
    .filter(({ origin }) => origin !== undefined)
    .map((run) => ({ ...figuresOf(run), engine: run.engine, fingerprint: run.fingerprint })),
});
