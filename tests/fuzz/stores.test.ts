import { expectHeld } from './expect-held.ts';
import { fileStoreReader, keptReader, libraryReader } from './readers/stores.ts';

// Each case is written to a database or a file first, which takes longer than reading.
expectHeld(libraryReader, 2000);
expectHeld(keptReader);
expectHeld(fileStoreReader, 5000);
