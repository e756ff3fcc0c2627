/**
 * Writes the table of fingerprints that the tests hold every browser to. Run it when the sparse engine's arithmetic is
 * meant to change; once a version has shipped, raise `arithmeticVersion` in the same commit (`--check` only compares).
 * `--everywhere` looks under every compiler of Node, Chromium and Firefox and with one worker and more; takes minutes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fingerprints } from '../tests/parity/harness/fingerprints.ts';
import { tableFile } from '../tests/parity/harness/table.ts';
import { nodeSource } from '../tests/support/node-source.ts';
import { everywhere } from './fingerprints/everywhere.ts';

if (process.argv.includes('--everywhere')) {
  if (!(await everywhere())) process.exitCode = 1;
} else {
  const found = `${JSON.stringify(await fingerprints(nodeSource), null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(tableFile, found);
  else if (readFileSync(tableFile, 'utf8') !== found) {
    console.error('The fingerprints are not those of the table.');
    process.exitCode = 1;
  }
}
