/**
 * What a recipe that is begun now says of a criterion or a method, where its authors' code does what the default does not.
 * A default, once shipped, never changes: recipes that are silent mean what they always meant.
 */
import type { Plain } from './plain.ts';

/** Both public implementations divide the logits by it (Wang et al. 2020; Tanaka et al. 2020). */
const GRASP: Plain = { temperature: 200 };

/** By criterion: fields of `pruning`. */
export const begunPruning: Readonly<Partial<Record<string, Plain>>> = { grasp: GRASP, 'grasp-magnitude': GRASP };

/** By type of method: fields of `method`. */
export const begunMethod: Readonly<Partial<Record<string, Plain>>> = {
  // Ramanujan et al. 2020: the scaled inits of their tables, scores and decay as their configurations have them.
  'edge-popup': { rescale: true, scoreInit: 'fan-in-uniform', scoreDecay: 0.0001 },
};
