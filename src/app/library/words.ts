/** What is said of a session in the library, and found by. */
import { m } from '../../paraglide/messages.js';
import type { FactLine, SessionFacts } from '../../sessions/facts.ts';
import type { SessionEntry } from '../../sessions/store.ts';
import { datasets } from '../../tasks/catalogue.ts';
import { armLook } from '../arms.ts';
import { accuracy, keptPercent, THIN } from '../format.ts';

const titleOf = (dataset: string): string => datasets.find(({ name }) => name === dataset)?.title ?? dataset;

const counted = (count: number, one: () => string, many: (inputs: { count: number }) => string): string =>
  count === 1 ? one() : many({ count });

/** Data set, network, levels, seeds and what-ifs, in one line's parts. */
export const wordsFor = ({ dataset, hidden, levels, seeds, branches }: SessionFacts): string[] => [
  titleOf(dataset),
  hidden.length === 0 ? m.library_no_hidden() : hidden.join('-'),
  counted(levels, m.library_levels_one, m.library_levels),
  counted(seeds, m.library_seeds_one, m.library_seeds),
  ...(branches > 1 ? [counted(branches - 1, m.library_what_ifs_one, m.library_what_ifs)] : []),
];

export const runsInWords = (count: number): string => counted(count, m.library_runs_one, m.library_runs);

/** The sessions of which every word of the query is said somewhere. */
export const matching = (entries: readonly SessionEntry[], query: string): SessionEntry[] =>
  entries.filter((entry) => matches(entry, query));

function matches({ name, facts }: SessionEntry, query: string): boolean {
  const said = [name, ...(facts === null ? [] : [...wordsFor(facts), ...facts.arms.map((arm) => armLook[arm].name())])].join(' ');
  const text = said.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The picture of a session in words: where each line begins and ends. */
export function thumbnailInWords(lines: readonly FactLine[]): string {
  if (lines.length === 0) return m.library_thumbnail_none();
  const said = lines.map(({ arm, points }) => {
    const [from, to] = [points[0], points[points.length - 1]];
    return m.library_thumbnail_line({
      arm: armLook[arm].name(),
      from: `${accuracy(from.accuracy, 1)}${THIN}%`,
      fromKept: keptPercent(from.density),
      to: `${accuracy(to.accuracy, 1)}${THIN}%`,
      toKept: keptPercent(to.density),
    });
  });
  return m.library_thumbnail({ lines: said.join(' ') });
}

/** Today by the clock, else by the day; the year where it is another. */
export function changedAt(ms: number, now: Date): string {
  const then = new Date(ms);
  if (then.toDateString() === now.toDateString())
    return m.library_changed_today({ time: then.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' }) });
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return then.toLocaleDateString(undefined, { day: 'numeric', month: 'short', year });
}
