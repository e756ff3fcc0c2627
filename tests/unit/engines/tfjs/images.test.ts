import { imagesSuite } from '../suites/images.ts';
import { openTfjs } from './open.ts';

for (const backend of ['cpu', 'wasm'] as const) imagesSuite(`tfjs on ${backend}`, () => openTfjs(backend));
