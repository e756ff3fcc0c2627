/**
 * Writes the table of fingerprints that the tests hold every browser to. Run it when the sparse engine's arithmetic is
 * meant to change; once a version has shipped, raise `arithmeticVersion` in the same commit (`--check` only compares).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fingerprints } from '../tests/parity/harness/fingerprints.ts';

const file = new URL('../tests/parity/fingerprints.json', import.meta.url);
const table = `${JSON.stringify(await fingerprints(), null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(file, table);
else if (readFileSync(file, 'utf8') !== table) {
  console.error('The fingerprints are not those of the table.');
  process.exitCode = 1;
}
