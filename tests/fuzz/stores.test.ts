import { expectHeld } from './expect-held.ts';
import { fileStoreReader, keptReader, libraryReader } from './readers/stores.ts';

// Each writes to a database, which takes longer than reading.
expectHeld(libraryReader, 2000);
expectHeld(keptReader);
expectHeld(fileStoreReader);
