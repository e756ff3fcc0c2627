import { memory } from '@tensorflow/tfjs-core';
import { createTfjsEngine } from '../../../../src/engines/tfjs/engine.ts';
import type { Bench } from '../suites/setup.ts';

export const openTfjs = async (backend: 'cpu' | 'wasm'): Promise<Bench> => ({
  engine: await createTfjsEngine(backend),
  inUse: () => memory().numTensors,
});
