/** The code that puts the lab into a frame of another page. */
import type { EmbedOptions } from './embed.ts';

/** The address of an embedding, given the page's own without query and hash. */
export function embedAddress(page: string, { theme, level, hidden }: EmbedOptions, hash: string): string {
  const asked = ['embed'];
  if (theme !== null) asked.push(`theme=${theme}`);
  if (level !== null) asked.push(`level=${level}`);
  if (hidden.length > 0) asked.push(`hide=${hidden.join(',')}`);
  return `${page}?${asked.join('&')}${hash === '' ? '' : `#${hash}`}`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** HTML of the frame. */
export const embedCode = (address: string, title: string): string =>
  `<iframe src="${escaped(address)}" title="${escaped(title)}" width="960" height="600" loading="lazy" style="border: 0; max-width: 100%"></iframe>`;
