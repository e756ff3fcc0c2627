/** Whether an engine can do what a recipe or an analysis asks. Loads no engine. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Engine, Need } from '../science/trainer.ts';
import type { EngineId } from './choose.ts';

/** Refuses, before anything runs, what an engine cannot do. Throws a LabError whose subject is `engine`. */
export function requireNeeds(engine: Engine, id: EngineId, needs: readonly Need[]): void {
  const missing = engine.missing(needs);
  if (missing.length > 0) throw new LabError(m.science_engine_missing({ engine: id, needs: missing.join(', ') }), 'engine');
}
