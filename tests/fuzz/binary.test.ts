import { expectHeld } from './expect-held.ts';
import { archiveReader, dataReader, outcomeReader } from './readers/binary.ts';

expectHeld(archiveReader);
expectHeld(outcomeReader);
expectHeld(dataReader);
