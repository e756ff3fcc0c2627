/** The table as it is kept. */
import { readFileSync } from 'node:fs';
import { experiments, type Rows } from '../../support/experiments.ts';
import type { FingerprintTable } from './fingerprints.ts';

export const tableFile = new URL('../fingerprints.json', import.meta.url);

export const table = JSON.parse(readFileSync(tableFile, 'utf8')) as FingerprintTable;

/** Of a table, the runs that workers train. */
export const experimentsOf = ({ runs }: FingerprintTable): Rows =>
  Object.fromEntries(Object.entries(runs).filter(([run]) => run.split('/')[0] in experiments));
