/** Files that are written whole or not at all. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** Ends the names of files that are being written. */
export const UNFINISHED = '.new';

/**
 * Puts the content at `path`, on disk before it takes the place of what was there: a reader never sees half a file, and
 * several processes may write at once. Rejects with a LabError about `option`; nothing is left behind then.
 */
export async function save(path: string, content: string | Uint8Array, option = '--out'): Promise<void> {
  named(path, option);
  const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw unwritable(path, option, error);
  }
}

/** The path, or a LabError about the option that should have named it. */
export function named(path: string, option: string): string {
  if (path.trim() === '') throw new LabError(m.cli_unnamed({ option }), option);
  return path;
}

export const unwritable = (path: string, option: string, cause: unknown): LabError =>
  new LabError(m.cli_unwritable({ path, option, reason: cause instanceof Error ? cause.message : '' }), option, { cause });

/** The code of an error of the file system, such as ENOENT. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
