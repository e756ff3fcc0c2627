import { expectHeld } from './expect-held.ts';
import { linkReader } from './readers/links.ts';

expectHeld(linkReader);
