/** The session on the bench as a file. */
import { download } from './download.ts';
import type { Lab } from './state/lab.svelte.ts';

/** A notice says why where it could not be opened again. */
export async function saveSession({ name, notices, session }: Pick<Lab, 'name' | 'notices' | 'session'>): Promise<void> {
  try {
    const { exportSession } = await import('../sessions/sealed.ts');
    download(`${name === '' ? 'session' : name}.json`, exportSession(session));
  } catch (error) {
    notices.report('open', error);
  }
}
