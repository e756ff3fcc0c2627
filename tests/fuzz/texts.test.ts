import { expectHeld } from './expect-held.ts';
import { fileReader, recipeReader, sessionReader } from './readers/texts.ts';

expectHeld(recipeReader);
expectHeld(fileReader);
expectHeld(sessionReader);
