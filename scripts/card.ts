/**
 * `npm run card`: what the webgpu engine does on this machine's graphics card, through the optional package `webgpu`. Parity
 * with the sparse engine, repetition to the bit, memory, speed by networks and density, and from which density on lists are
 * faster than whole matrices: one JSON (`--json FILE`) and one table, in under eight minutes. `--quick` asks a few of each
 * only. `--pack FILE.tar.xz` instead bundles all this with Node for a bare Linux machine that has a Vulkan driver.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { measureCard } from './card/measure.ts';
import type * as Pack from './card/pack.ts';
import { cardTable } from './card/table.ts';

const { json, pack, quick } = parseArgs({
  options: { json: { type: 'string' }, pack: { type: 'string' }, quick: { type: 'boolean', default: false } },
}).values;

if (pack !== undefined) {
  // What packs needs a bundler, which the pack itself has not.
  const name = './card/pack.ts';
  const { packCard } = (await import(name)) as typeof Pack;
  await packCard(pack);
} else {
  const report = await measureCard(quick, (line) => process.stderr.write(`${line}\n`));
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
  console.log(cardTable(report));
  if (!report.selfTest.passed || !report.repeats) process.exitCode = 1;
  // Dawn keeps threads of its own.
  process.exit();
}
