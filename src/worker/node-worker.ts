/** The worker thread of Node. */
import { parentPort } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { dawn } from './node-gpu.ts';
import { FileSource } from './node-source.ts';
import { LabService } from './service.ts';
import { serve } from './wire.ts';

if (parentPort === null) throw new Error('this is the entry of a worker thread');
serve(new LabService({ source: new FileSource(new URL('../../datasets/', import.meta.url)), gpu: dawn }), nodeEndpoint(parentPort));
