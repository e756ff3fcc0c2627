import { trainingSuite } from '../suites/training.ts';
import { openSparse } from './open.ts';

trainingSuite('sparse', openSparse);
