import { imagesSuite } from '../suites/images.ts';
import { openSparse } from './open.ts';

imagesSuite('sparse', openSparse);
