import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** The graphics processor has no room: less may fit. */
export class OutOfMemory extends LabError {
  constructor() {
    super(m.engines_gpu_memory(), 'engine');
  }
}
