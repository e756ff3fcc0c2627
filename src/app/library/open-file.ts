/** A file that somebody dropped or chose: a session or a recipe as JSON, or a session with weights as a zip. */
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import { isPlain } from '../../science/recipe/plain.ts';
import { importSession } from '../../sessions/file.ts';
import { decodeText } from '../../sessions/text.ts';
import { recipeNamed } from '../state/files.ts';
import type { Lab } from '../state/lab.svelte.ts';

/** Looked at before a byte is read: the browser would have to hold the file whole. */
const LIMIT_MB = 1024;
const ZIP = [0x50, 0x4b, 3, 4];

/** False if it cannot be opened; a notice says why. */
export async function openFile(lab: Lab, file: File): Promise<boolean> {
  try {
    const megabytes = file.size / 2 ** 20;
    if (megabytes > LIMIT_MB)
      throw new LabError(m.library_file_too_big({ source: file.name, megabytes: Math.ceil(megabytes), limit: LIMIT_MB }), file.name);
    const head = new Uint8Array(await file.slice(0, ZIP.length).arrayBuffer());
    if (ZIP.every((byte, index) => head[index] === byte)) await openArchive(lab, file);
    else openText(lab, decodeText(new Uint8Array(await file.arrayBuffer())), file.name);
    return true;
  } catch (error) {
    lab.notices.report('open', error);
    return false;
  }
}

function openText(lab: Lab, text: string, fileName: string): void {
  if (looksLikeRecipe(text)) lab.open.recipe(recipeNamed(text, fileName));
  else lab.open.session(importSession(text, fileName));
}

/** Recipes have a task and a model; anything else is read as a session, whose reader says what is wrong with it. */
function looksLikeRecipe(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) && !('format' in value) && ('task' in value || 'model' in value);
  } catch {
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
