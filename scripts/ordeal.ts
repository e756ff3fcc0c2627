/**
 * `npm run ordeal`: kills the lab at random moments, again and again, and counts what is lost, wrong or does not open
 * afterwards. Takes minutes; names of ordeals choose among them, `--kills 20 --seed 7` does as many at the moments of a seed.
 */
import { parseArgs } from 'node:util';
import { stream } from '../src/numerics/streams.ts';
import { browserOrdeal } from './ordeal/browser.ts';
import { cliOrdeal } from './ordeal/cli.ts';
import type { Ordeal, Tally } from './ordeal/tally.ts';

/** Each with how often it kills unless told. */
const ordeals: Readonly<Record<string, { readonly run: Ordeal; readonly kills: number }>> = {
  cli: { run: cliOrdeal, kills: 100 },
  browser: { run: browserOrdeal, kills: 50 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } },
});
const unknown = positionals.find((name) => !(name in ordeals));
if (unknown !== undefined) throw new Error(`there is no ordeal ${unknown}; choose among ${Object.keys(ordeals).join(', ')}`);

for (const [name, { run, kills }] of Object.entries(ordeals)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const inWords = (tally: Tally): string =>
    `${name}, seed ${values.seed}: ${tally.kills} kills, ${tally.lost} lost, ${tally.wrong} wrong, ${tally.unopenable} unopenable`;
  const { lost, wrong, unopenable } = await run(Number(values.kills ?? kills), stream(Number(values.seed), `ordeal/${name}`), (tally) => {
    console.log(inWords(tally));
  });
  if (lost + wrong + unopenable > 0) process.exitCode = 1;
}
