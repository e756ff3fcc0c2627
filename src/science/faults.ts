/** What a schema complains of, in words that fit a line: hostile input may have names and values of any length, or none. */
import type { BaseIssue } from 'valibot';

/** Characters of a name or a value that are shown. */
const MOST = 80;

const shortened = (text: string): string => (text.length <= MOST ? text : `${text.slice(0, MOST)}…`);

export interface Fault {
  /** Path of the field at fault (`task.train`); null where it is the whole. A field without a name is called `""`. */
  readonly field: string | null;
  /** What stands there, as the schema words it. */
  readonly received: string;
}

export const faultOf = ({ path, received }: BaseIssue<unknown>): Fault => ({
  field: path === undefined ? null : path.map(({ key }) => (key === '' ? '""' : shortened(String(key)))).join('.'),
  received: shortened(received),
});
