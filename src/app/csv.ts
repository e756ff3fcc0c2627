/**
 * Comma-separated values for spreadsheets and notebooks: the one place where the page writes them.
 *
 * Names of branches, engines and parameters come from files and links, so they may be anything. A spreadsheet takes text
 * that begins with = + - @ for a formula. Such a cell gets an apostrophe in front, which makes it text. A number stays a
 * number, a negative one too: what a cell is, its type says and not its look.
 */

export type Cell = string | number | null;

export interface Sheet {
  readonly fields: readonly string[];
  readonly data: readonly (readonly Cell[])[];
}

/** Spreadsheets pass over these before they look for a formula: space, quotes, control characters and invisible ones. */
const passedOver = String.raw`[\s"\p{Cc}\p{Cf}]*`;
/** What a formula begins with, also as full-width and small forms, which Asian editions read alike. */
const opening = String.raw`[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B]`;
/** Where a cell begins: at the start, and at what other countries' spreadsheets split the line by. */
const formula = new RegExp(String.raw`(?<=^|[,;|\t\n]|\r(?!\n))(?=${passedOver}${opening})`, 'gu');
/** Spreadsheets drop these and read on in the same cell or the next. */
const leadingBreak = /^[\t\r\n]/;

/** The text with an apostrophe before everything in it that a spreadsheet could take for a formula. */
function harmless(text: string): string {
  const guarded = text.replace(formula, "'");
  return leadingBreak.test(guarded) ? `'${guarded}` : guarded;
}

/** A finite number is written as it is; what is none, like Infinity, is text to a spreadsheet. */
function guardedCell(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'number' && Number.isFinite(cell) ? String(cell) : harmless(String(cell));
}

/** The sheet as text, its names in the first line. */
export async function csvOf({ fields, data }: Sheet): Promise<string> {
  const { default: Papa } = await import('papaparse');
  const rows = [fields, ...data].map((row) => row.map(guardedCell));
  return `${Papa.unparse(rows, { newline: '\n' })}\n`;
}
