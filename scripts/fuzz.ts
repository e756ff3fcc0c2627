/**
 * `npm run fuzz`: a million cases of every reader, with a seed of its own each time; CI runs fewer, always the same.
 * `--reader NAME`, `--cases N` and `--seed N` ask for less; `--case N` repeats one case and shows its input whole.
 */
import { parseArgs } from 'node:util';
import { Dice } from '../tests/fuzz/dice.ts';
import { failureText, fuzz } from '../tests/fuzz/fuzz.ts';
import { readers } from '../tests/fuzz/readers/index.ts';

const { values } = parseArgs({
  options: {
    reader: { type: 'string' },
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    case: { type: 'string' },
  },
});
const seed = Number(values.seed);
const chosen = readers.filter(({ name }) => values.reader === undefined || name === values.reader);
if (chosen.length === 0) throw new Error(`--reader is one of: ${readers.map(({ name }) => name).join(', ')}`);
const cases = values.case === undefined ? { from: 0, count: Number(values.cases) } : { from: Number(values.case), count: 1 };

console.log(`seed ${seed}`);
for (const reader of chosen) {
  if (values.case !== undefined) console.log(reader.show(reader.make(new Dice(seed, cases.from))));
  const began = process.cpuUsage();
  const { accepted, refused, failures, dearest } = await fuzz(reader, { seed, ...cases });
  const { user, system } = process.cpuUsage(began);
  const seconds = ((user + system) / 1e6).toFixed(1);
  console.log(
    `${reader.name}: ${cases.count} cases in ${seconds} s of processor time, ${accepted} accepted, ${refused} refused, ${failures.length} wrong, dearest ${dearest.toFixed(0)} ms`,
  );
  for (const failure of failures) console.error(failureText(reader, seed, failure));
  if (failures.length > 0) process.exitCode = 1;
}
