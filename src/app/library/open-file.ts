/** A file that somebody dropped or chose: a session or a recipe as JSON, or a session with weights as a zip. */
import { m } from '../../paraglide/messages.js';
import { LabError } from '../../science/errors.ts';
import { isPlain } from '../../science/recipe/plain.ts';
import { piecesOf } from '../../sessions/bytes.ts';
import { asForeign, openSession } from '../../sessions/sealed.ts';
import { megabytes, most } from '../../sessions/limits.ts';
import { decodedPieces, decodeText } from '../../sessions/text.ts';
import { recipeNamed } from '../state/files.ts';
import type { Lab } from '../state/lab.svelte.ts';

const ZIP = [0x50, 0x4b, 3, 4];

/** False if it cannot be opened; a notice says why. */
export async function openFile(lab: Lab, file: File): Promise<boolean> {
  try {
    const head = new Uint8Array(await file.slice(0, ZIP.length).arrayBuffer());
    const isZip = ZIP.every((byte, index) => head[index] === byte);
    checkSize(file, isZip ? most.archiveBytes : MOST_TEXT_BYTES);
    const bytes = new Uint8Array(await file.arrayBuffer());
    await (isZip ? openArchive(lab, bytes, file.name) : openText(lab, bytes, file.name));
    return true;
  } catch (error) {
    lab.notices.report('open', error);
    return false;
  }
}

/** In UTF-16 a character takes two. */
const MOST_TEXT_BYTES = 2 * most.textBytes;

/** Looked at before a byte is read: the browser would have to hold the file whole. */
function checkSize({ name, size }: File, limit: number): void {
  if (size > limit)
    throw new LabError(m.library_file_too_big({ source: name, megabytes: Math.ceil(megabytes(size)), limit: megabytes(limit) }), name);
}

async function openText(lab: Lab, bytes: Uint8Array, fileName: string): Promise<void> {
  if (looksLikeRecipe(bytes)) lab.open.recipe(recipeNamed(decodeText(bytes), fileName));
  else await lab.open.session(asForeign(await openSession(decodedPieces(piecesOf(bytes)), fileName)));
}

/** Longer files are no recipes: a session of megabytes is not read twice. */
const MOST_RECIPE = 1_000_000;

/** Recipes have a task and a model; anything else is read as a session, whose reader says what is wrong with it. */
function looksLikeRecipe(bytes: Uint8Array): boolean {
  if (bytes.length > MOST_RECIPE) return false;
  try {
    const value: unknown = JSON.parse(decodeText(bytes));
    return isPlain(value) && !('format' in value) && ('task' in value || 'model' in value);
  } catch {
    return false;
  }
}

/** The weights first: what is shown then has them. What is damaged is told of by name; the rest opens. */
async function openArchive(lab: Lab, bytes: Uint8Array, fileName: string): Promise<void> {
  const { importArchive } = await import('../../sessions/archive.ts');
  const archive = await importArchive(bytes, fileName);
  const damaged: string[] = [];
  await lab.open.session(
    asForeign(archive),
    archive.outcomes(({ subject }) => damaged.push(subject)),
  );
  if (damaged.length > 0)
    lab.notices.report('open', new LabError(m.library_zip_parts_damaged({ source: fileName, files: damaged.join(', ') }), fileName));
}
