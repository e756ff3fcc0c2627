/** What went wrong, said where it went wrong, until it is mended or dismissed. */
import { LabError } from '../../science/errors.ts';
import { m } from '../../paraglide/messages.js';

/** Where a notice belongs: one of each area at a time. */
export type Area = 'storage' | 'fork' | 'open' | 'recipes' | 'run';

export interface Notice {
  readonly area: Area;
  /** Cause and remedy. */
  readonly message: string;
  /** Recipe field, file or link at fault; empty where there is none. */
  readonly subject: string;
}

export class Notices {
  all = $state.raw<readonly Notice[]>([]);

  /** Shows an error in its area, in place of the one before it. */
  report(area: Area, error: unknown): void {
    this.clear(area);
    this.all = [...this.all, { area, ...wordsFor(error) }];
  }

  clear(area: Area): void {
    if (this.all.some((notice) => notice.area === area)) this.all = this.all.filter((notice) => notice.area !== area);
  }

  of(area: Area): Notice | undefined {
    return this.all.find((notice) => notice.area === area);
  }
}

/** A LabError speaks for itself; anything else is a fault of the lab, and says so. */
function wordsFor(error: unknown): { message: string; subject: string } {
  if (error instanceof LabError) return { message: error.message, subject: error.subject };
  return { message: m.app_error_unexpected({ reason: error instanceof Error ? error.message : String(error) }), subject: '' };
}
