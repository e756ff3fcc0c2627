/** A file that somebody dropped or chose: a session or a recipe as JSON, or a session with weights as a zip. */
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import type { Lab } from '../state/lab.svelte.ts';

/** Looked at before a byte is read: the browser would have to hold the file whole. */
const LIMIT_MB = 1024;
const ZIP = [0x50, 0x4b, 3, 4];

/** False where it cannot be opened; a notice says why. */
export async function openFile(lab: Lab, file: File): Promise<boolean> {
  try {
    const megabytes = file.size / 2 ** 20;
    if (megabytes > LIMIT_MB)
      throw new LabError(m.library_file_too_big({ source: file.name, megabytes: Math.ceil(megabytes), limit: LIMIT_MB }), file.name);
    const head = new Uint8Array(await file.slice(0, ZIP.length).arrayBuffer());
    if (ZIP.every((byte, index) => head[index] === byte)) await openArchive(lab, file);
    else return lab.open.file(await file.text(), file.name);
    return true;
  } catch (error) {
    lab.notices.report('open', error);
    return false;
  }
}

/** The weights first: what is shown then has them. Runs that are known here already stay what they are. */
async function openArchive(lab: Lab, file: File): Promise<void> {
  const { importArchive } = await import('../../sessions/archive.ts');
  const { session, outcomes } = await importArchive(new Uint8Array(await file.arrayBuffer()), file.name);
  const notebook = lab.keeper.notebook();
  for await (const outcome of outcomes()) if ((await notebook.find(outcome.result.key)) === null) await notebook.keep(outcome);
  lab.open.session(session);
}
