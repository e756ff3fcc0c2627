/** Digits 8×8 from scikit-learn's digits.csv.gz: `npx tsx datasets/digits/convert.ts …/sklearn/datasets/data`. */
import { join } from 'node:path';
import { readTable, sourceFolder, statistics, writeDataset } from '../pack.ts';

const table = readTable(join(sourceFolder(), 'digits.csv'), 'data');
const pixels = Uint8Array.from(table.inputs);
await writeDataset(
  {
    name: 'digits',
    title: 'Digits 8×8',
    input: { height: 8, width: 8, channels: 1 },
    classes: 10,
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    normalisation: statistics(pixels, 1, 16),
    licence: 'BSD-3-Clause',
    credit: 'Ethem Alpaydin and Cenk Kaynak, through UCI and scikit-learn',
  },
  { labels: table.labels, inputs: pixels },
  null,
);
