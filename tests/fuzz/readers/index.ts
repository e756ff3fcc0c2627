/** Whatever parses what comes from outside. */
import type { Reader } from '../fuzz.ts';
import { archiveReader, dataReader, outcomeReader } from './binary.ts';
import { linkReader } from './links.ts';
import { fileStoreReader, keptReader, libraryReader } from './stores.ts';
import { fileReader, recipeReader, sessionReader } from './texts.ts';

export const readers: readonly Reader[] = [
  recipeReader,
  sessionReader,
  fileReader,
  linkReader,
  archiveReader,
  outcomeReader,
  dataReader,
  libraryReader,
  keptReader,
  fileStoreReader,
];
