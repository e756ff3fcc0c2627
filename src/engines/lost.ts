import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** The graphics processor went away, and all that was on it: what was under way must begin again, on another device or engine. */
export class DeviceLost extends LabError {
  constructor(reason: string, options?: ErrorOptions) {
    super(m.engines_gpu_lost({ reason }), 'engine', options);
  }
}

/** The graphics processor has no room: less may fit. */
export class OutOfMemory extends LabError {
  constructor() {
    super(m.engines_gpu_memory(), 'engine');
  }
}
