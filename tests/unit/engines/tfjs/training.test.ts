import { trainingSuite } from '../suites/training.ts';
import { openTfjs } from './open.ts';

for (const backend of ['cpu', 'wasm'] as const) trainingSuite(`tfjs on ${backend}`, () => openTfjs(backend));
