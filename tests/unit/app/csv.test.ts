import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csvOf, type Cell } from '../../../src/app/csv.ts';

/** The cells of a sheet of one column under one name, as a spreadsheet that splits at commas sees them. */
const column = async (...cells: readonly Cell[]): Promise<string[]> => {
  const csv = await csvOf({ fields: ['name'], data: cells.map((cell) => [cell, 'end']) });
  return Papa.parse<string[]>(csv, { skipEmptyLines: true })
    .data.slice(1)
    .map(([cell]) => cell);
};

describe('a cell that a spreadsheet would take for a formula is made text', () => {
  it.each([
    ...['=1+1', '+1+1', '-1+1', '@A1'].map((text) => [text, `'${text}`]),
    // A text that looks like a number is a text still.
    ...['-1', '+1'].map((text) => [text, `'${text}`]),
    // Full-width and small forms.
    ...['\uff1d1+1', '\uff0b1', '\uff0d1', '\uff20A1', '\ufe661', '\ufe621', '\ufe631', '\ufe6b1'].map((text) => [text, `'${text}`]),
    // After what spreadsheets pass over: spaces, quotes, a byte order mark, a zero-width space, a control character.
    ...[' =1+1', '\u00a0=1+1', '"=1+1', ' " =1+1', '\ufeff=1+1', '\u200b=1+1', '\u0001=1+1'].map((text) => [text, `'${text}`]),
    // Of several lines.
    ['=1+1\n+1', "'=1+1\n'+1"],
    ['a\n=1+1', "a\n'=1+1"],
    ['a\r\n=1+1', "a\r\n'=1+1"],
    // Where another country's spreadsheet would begin a cell.
    ['a;=1+1', "a;'=1+1"],
    ['a,=1+1', "a,'=1+1"],
    ['a\t=1+1', "a\t'=1+1"],
    ['a|"=1+1', `a|'"=1+1`],
    ['a";=1+1', `a";'=1+1`],
    // Breaks at the start alone.
    ['\ta', "'\ta"],
    ['\ra', "'\ra"],
    ['\na', "'\na"],
  ])('%j becomes %j', async (text, cell) => expect(await column(text)).toEqual([cell]));

  it('under any name, too', async () => {
    expect((await csvOf({ fields: ['=1+1'], data: [] })).split('\n')[0]).toBe("'=1+1");
  });

  it('so that no piece of the file begins with a formula, however it is split and whatever the cells hold', async () => {
    const nasty = fc.string({ unit: fc.constantFrom(...Array.from('=+-@\uff1d\ufe63,;|\t\r\n" \u00a0\ufeff\u200b\'1a')), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { maxLength: 4 }), async (cells) => {
        const csv = await csvOf({ fields: cells, data: [cells] });
        for (const piece of csv.split(/[,;|\t\r\n]/)) expect(piece).not.toMatch(/^[\s"\p{Cc}\p{Cf}]*[=+\-@\uff1d\ufe63]/u);
        // Nothing is lost but that apostrophes came in.
        const { data } = Papa.parse<string[]>(csv, { newline: '\n', delimiter: ',' });
        if (cells.length > 1)
          expect(data[1].map((cell) => cell.replaceAll("'", ''))).toEqual(cells.map((cell) => cell.replaceAll("'", '')));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is no formula stays as it is', () => {
  it.each(['a', 'a = b', 'rewind to step 15', '1+1', 'a-b', 'webgpu (16 bit)', "'=1+1", 'a,b"c\nd', ''])('%j', async (text) =>
    expect(await column(text)).toEqual([text]),
  );

  it('numbers are numbers, negative ones too; what is no finite number is text', async () => {
    expect(await column(-0.5, 1e-7, -1e21, 0, null)).toEqual(['-0.5', '1e-7', '-1e+21', '0', '']);
    expect(await column(-Infinity, Infinity, NaN)).toEqual(["'-Infinity", 'Infinity', 'NaN']);
  });
});
