/** Wine from scikit-learn's wine_data.csv: `npx tsx datasets/wine/convert.ts …/sklearn/datasets/data`. */
import { join } from 'node:path';
import { readTable, sourceFolder, statistics, writeDataset } from '../pack.ts';

const examples = readTable(join(sourceFolder(), 'wine_data.csv'), 'description');
await writeDataset(
  {
    name: 'wine',
    title: 'Wine',
    input: { height: 1, width: 1, channels: 13 },
    classes: 3,
    classNames: ['cultivar 1', 'cultivar 2', 'cultivar 3'],
    normalisation: statistics(examples.inputs, 13, 1),
    licence: 'BSD-3-Clause',
    credit: 'M. Forina and others, through UCI and scikit-learn',
  },
  examples,
  null,
);
