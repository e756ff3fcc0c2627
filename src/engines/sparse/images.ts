/** What only images need (for-images.ts says which of it): fetched for the first trainer of some. */
import { Background, shiftOf } from './background.ts';
import { BackgroundLinear } from './background-linear.ts';
import { gatherOfBytes } from './byte-gather.ts';
import { Normalisation } from './normalisation.ts';
import { Pooling } from './pooling.ts';

export { kernels } from './generated/for-images.ts';

export const images = { Background, BackgroundLinear, gatherOfBytes, Normalisation, Pooling, shiftOf };
