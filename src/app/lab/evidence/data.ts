/** Findings as files: comma-separated values, one line a run, for spreadsheets and notebooks; and JSON with the curves. */
import type { Recipe } from '../../../science/recipe/schema.ts';
import { csvOf, type Cell } from '../../csv.ts';
import type { Finding, FoundCurve } from './findings.ts';

/** What a branch is called, by its id. */
type Names = ReadonlyMap<string, string>;

const columns: readonly (readonly [name: string, of: (finding: Finding) => Cell])[] = [
  ['level', ({ level }) => level],
  ['arm', ({ arm }) => arm],
  ['seed', ({ seed }) => seed],
  ['density', ({ density }) => density],
  ['test_accuracy', ({ testAccuracy }) => testAccuracy],
  ['validation_accuracy', ({ validationAccuracy }) => validationAccuracy],
  ['train_accuracy', ({ trainAccuracy }) => trainAccuracy],
  ['test_loss', ({ testLoss }) => testLoss],
  ['initial_test_accuracy', ({ initialTestAccuracy }) => initialTestAccuracy],
  ['initial_test_loss', ({ initialTestLoss }) => initialTestLoss],
  ['early_stop_step', ({ earlyStop }) => earlyStop.step],
  ['early_stop_test_accuracy', ({ earlyStop }) => earlyStop.testAccuracy],
  ['steps', ({ steps }) => steps],
  ['train_ms', ({ trainMs }) => trainMs],
  ['engine', ({ engine }) => engine.name],
  ['backend', ({ engine }) => engine.backend],
  ['arithmetic_version', ({ engine }) => engine.arithmeticVersion],
  ['fingerprint', ({ fingerprint }) => fingerprint],
];

/** A line a run, in the order of `findings`; `layers` are the names of the densities at its end. */
export const toCsv = (findings: readonly Finding[], names: Names, layers: readonly string[]): Promise<string> =>
  csvOf({
    fields: ['branch', ...columns.map(([name]) => name), ...layers.map((layer) => `density_${layer}`)],
    data: findings.map((finding) => [
      named(finding, names),
      ...columns.map(([, of]) => of(finding)),
      ...layers.map((_, index) => finding.layerDensity?.[index] ?? null),
    ]),
  });

const named = ({ branch }: Finding, names: Names): string => names.get(branch) ?? branch;

/** Everything known along the branch that is shown; a file that the lab opens again is a session's. */
export function toJson(name: string, recipe: Recipe, findings: readonly Finding[], names: Names, curves: readonly FoundCurve[]): string {
  const runs = findings.map((finding) => ({ ...finding, branch: named(finding, names) }));
  return `${JSON.stringify({ format: 'lottery-ticket-evidence', version: 1, name, recipe, runs, curves }, null, 1)}\n`;
}
