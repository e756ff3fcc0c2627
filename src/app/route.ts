/** Which page an address shows. Pages live in the hash, so that the lab runs from any folder; links are hashes, too (`s1.…`). */
export type Page = 'lab' | 'library' | 'methods';

export const LIBRARY = '#library';
export const METHODS = '#methods';
/** No hash at all. */
export const LAB = '#';

export const pageOf = (hash: string): Page => {
  if (hash === METHODS) return 'methods';
  return hash === LIBRARY ? 'library' : 'lab';
};

/** The link in a hash, without `#`; empty where the hash names a page. */
export const linkIn = (hash: string): string => (pageOf(hash) === 'lab' ? hash.slice(1) : '');
