/** Findings as files: comma-separated values, one line a run, for spreadsheets and notebooks; and JSON with the curves. */
import { isSelf, type MissingRun } from '../../../science/divergence.ts';
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
  ['origin', ({ origin }) => origin],
];

/** A run without a finding, and the branch that would have it. */
type Missing = MissingRun & { readonly branch: string };

/** The step at which it diverged; for whom it was left out. */
const fateOf = ({ run, cause }: MissingRun): readonly [step: Cell, cause: Cell] =>
  isSelf(run, cause)
    ? [cause.step, null]
    : [null, `${cause.isSource === true ? 'source ' : ''}${cause.arm} level ${cause.level} seed ${cause.seed}`];

/**
 * A line a run, in the order of `findings`; `layers` are the names of the densities at its end. Runs that diverged or were
 * left out come after, with nothing but their names and the reason.
 */
export const toCsv = (
  findings: readonly Finding[],
  names: Names,
  layers: readonly string[],
  missing: readonly Missing[] = [],
): Promise<string> =>
  csvOf({
    fields: ['branch', ...columns.map(([name]) => name), ...layers.map((layer) => `density_${layer}`), 'diverged_at_step', 'left_out_for'],
    data: [
      ...findings.map((finding) => [
        named(finding, names),
        ...columns.map(([, of]) => of(finding)),
        ...layers.map((_, index) => finding.layerDensity?.[index] ?? null),
        null,
        null,
      ]),
      ...missing.map((one) => [
        named(one, names),
        one.run.level,
        one.run.arm,
        one.run.seed,
        ...columns.slice(3).map(() => null),
        ...layers.map(() => null),
        ...fateOf(one),
      ]),
    ],
  });

const named = ({ branch }: Pick<Finding, 'branch'>, names: Names): string => names.get(branch) ?? branch;

/** Everything known along the branch that is shown; a file that the lab opens again is a session's. */
export function toJson(
  name: string,
  recipe: Recipe,
  findings: readonly Finding[],
  names: Names,
  curves: readonly FoundCurve[],
  missing: readonly MissingRun[] = [],
): string {
  const runs = findings.map((finding) => ({ ...finding, branch: named(finding, names) }));
  return `${JSON.stringify({ format: 'lottery-ticket-evidence', version: 1, name, recipe, runs, curves, ...(missing.length === 0 ? {} : { missing }) }, null, 1)}\n`;
}
