/** Iris from scikit-learn's iris.csv: `npx tsx datasets/iris/convert.ts …/sklearn/datasets/data`. */
import { join } from 'node:path';
import { readTable, sourceFolder, statistics, writeDataset } from '../pack.ts';

const examples = readTable(join(sourceFolder(), 'iris.csv'), 'description');
await writeDataset(
  {
    name: 'iris',
    title: 'Iris',
    input: { height: 1, width: 1, channels: 4 },
    classes: 3,
    classNames: ['Iris setosa', 'Iris versicolor', 'Iris virginica'],
    normalisation: statistics(examples.inputs, 4, 1),
    licence: 'BSD-3-Clause',
    credit: 'Edgar Anderson and R. A. Fisher, through scikit-learn',
  },
  examples,
  null,
);
