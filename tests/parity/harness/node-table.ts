/** Writes to standard output, as JSON, what a process of Node finds and whose code ran. */
import { nodeSource } from '../../support/node-source.ts';
import { fingerprints } from './fingerprints.ts';
import { watched } from './tiers.ts';

process.stdout.write(JSON.stringify(await watched(() => fingerprints(nodeSource))));
