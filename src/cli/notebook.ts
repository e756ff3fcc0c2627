/** Outcomes in a folder while a recipe runs: what lets a second call go on where the first was stopped. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import type { Notebook } from '../science/experiment.ts';
import type { RunOutcome } from '../science/run.ts';
import { decodeOutcome, encodeOutcome } from '../sessions/compact.ts';

export class FolderNotebook implements Notebook {
  private constructor(private readonly folder: string) {}

  /** Throws a LabError where the folder cannot be made. */
  static async open(folder: string): Promise<FolderNotebook> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new LabError(m.cli_unwritable({ path: folder, reason: error instanceof Error ? error.message : '' }), '--out', {
        cause: error,
      });
    }
    return new FolderNotebook(folder);
  }

  /** A damaged outcome is as good as none: its run is trained again. */
  async find(key: string): Promise<RunOutcome | null> {
    const bytes = await readFile(this.path(key)).catch(() => null);
    if (bytes === null) return null;
    try {
      return await decodeOutcome(bytes, this.path(key));
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      console.error(error.message);
      return null;
    }
  }

  async keep(outcome: RunOutcome): Promise<void> {
    const path = this.path(outcome.result.key);
    await writeFile(`${path}.new`, await encodeOutcome(outcome));
    await rename(`${path}.new`, path);
  }

  private readonly path = (key: string): string => join(this.folder, `${key}.run`);
}
