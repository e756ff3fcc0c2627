/** The lab in a frame of another page: what its address asks for. */

/** Parts that a parameter can hide. */
export const embedParts = ['stage', 'evidence', 'showing', 'views', 'figures', 'spread', 'save', 'levels', 'run', 'check', 'open'] as const;
export type EmbedPart = (typeof embedParts)[number];

export interface EmbedOptions {
  /** Null: the reader's. */
  readonly theme: 'light' | 'dark' | null;
  /** Shown first; null: the lab's own choice. */
  readonly level: number | null;
  readonly hidden: readonly EmbedPart[];
}

/** What the query of an address (`?embed&theme=dark&level=3&hide=run,open`) asks for; null where it is no embedding. Strange values count as none. */
export function embedOptions(search: string): EmbedOptions | null {
  const asked = new URLSearchParams(search);
  if (!asked.has('embed')) return null;
  const theme = asked.get('theme');
  const level = asked.get('level') ?? '';
  const hidden = (asked.get('hide') ?? '').split(',');
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    level: /^\d{1,2}$/.test(level) ? Number(level) : null,
    hidden: embedParts.filter((part) => hidden.includes(part)),
  };
}
