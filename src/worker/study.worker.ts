/** The worker beside those that train: it studies runs that have ended, one after another. */
import * as Comlink from 'comlink';
import { study } from './study.ts';

Comlink.expose(study);
