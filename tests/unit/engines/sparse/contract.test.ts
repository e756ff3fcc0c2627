import { contractSuite } from '../suites/contract.ts';
import { openSparse } from './open.ts';

contractSuite('sparse', openSparse);
