/** Breast cancer (Wisconsin) from scikit-learn's breast_cancer.csv: `npx tsx datasets/breast-cancer/convert.ts …/sklearn/datasets/data`. */
import { join } from 'node:path';
import { readTable, sourceFolder, statistics, writeDataset } from '../pack.ts';

const examples = readTable(join(sourceFolder(), 'breast_cancer.csv'), 'description');
await writeDataset(
  {
    name: 'breast-cancer',
    title: 'Breast cancer (Wisconsin)',
    input: { height: 1, width: 1, channels: 30 },
    classes: 2,
    classNames: ['malignant', 'benign'],
    normalisation: statistics(examples.inputs, 30, 1),
    licence: 'BSD-3-Clause',
    credit: 'W. H. Wolberg, W. N. Street and O. L. Mangasarian, through UCI and scikit-learn',
  },
  examples,
  null,
);
