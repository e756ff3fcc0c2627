/** A table of a session whose branches cut at different rates: a column for every density that one of them has. */
import { mean } from 'simple-statistics';
import { runsAlong, type Session } from '../../src/sessions/session.ts';

/** What a branch adds to the row that it shares. */
const SHARED = ' · ';

/** The heads of the columns, and a line for every row: mean test accuracy, and the range over seeds. */
export function byDensity(session: Session, trunk: string): { readonly heads: readonly string[]; readonly rows: readonly string[] } {
  const found = session.branches.flatMap(({ id, name }, index) =>
    runsAlong(session, id).flatMap(({ level, density, metrics }) =>
      level === 0 ? [] : [{ row: (index === 0 ? trunk : name).split(SHARED)[0], density, accuracy: metrics.accuracy.test }],
    ),
  );
  const densities = [...new Set(found.map(({ density }) => density))].sort((one, other) => other - one);
  const percent = (share: number): string => (100 * share).toFixed(1);
  const cell = (row: string, density: number): string => {
    const told = found.filter((one) => one.row === row && one.density === density).map(({ accuracy }) => accuracy);
    return told.length === 0 ? '' : `${percent(mean(told))} (${percent(Math.min(...told))}–${percent(Math.max(...told))})`;
  };
  return {
    heads: densities.map((density) => `${percent(density)} %`),
    rows: [...new Set(found.map(({ row }) => row))].map((row) => `| ${row} | ${densities.map((one) => cell(row, one)).join(' | ')} |`),
  };
}
