/** Fashion-MNIST from the Debian package dataset-fashion-mnist: `npx tsx datasets/fashion-mnist/convert.ts /usr/share/datasets/fashion-mnist`. */
import { first, readIdxPair, sourceFolder, statistics, writeDataset } from '../pack.ts';

/** Of the 60 000 training images, the first third ships. */
const SHIPPED = 20_000;

const folder = sourceFolder();
const pool = first(readIdxPair(folder, 'train'), SHIPPED);
await writeDataset(
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST',
    input: { height: 28, width: 28, channels: 1 },
    classes: 10,
    classNames: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    normalisation: statistics(pool.inputs, 1, 255),
    licence: 'MIT',
    credit: '© 2017 Zalando SE',
  },
  pool,
  readIdxPair(folder, 't10k'),
  10_000,
);
