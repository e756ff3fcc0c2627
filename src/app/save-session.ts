/** The session on the bench as a file. */
import { exportSession } from '../sessions/file.ts';
import { download } from './download.ts';
import type { Lab } from './state/lab.svelte.ts';

/** A notice says why where it could not be opened again. */
export function saveSession({ name, notices, session }: Pick<Lab, 'name' | 'notices' | 'session'>): void {
  try {
    download(`${name === '' ? 'session' : name}.json`, exportSession(session));
  } catch (error) {
    notices.report('open', error);
  }
}
