/** A chart as a picture that stands alone: title, chart, source line, on the page's ground. */

export interface FigureParts {
  /** Of the chart, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** The chart's elements as SVG text, every colour and size resolved. */
  readonly body: string;
  readonly title: string;
  /** What is measured and over what. */
  readonly subtitle: string;
  readonly source: string;
  /** CSS colours and font, resolved. */
  readonly ground: string;
  readonly ink: string;
  readonly faint: string;
  readonly font: string;
}

const MARGIN = 16;
const HEAD = 48;
const FOOT = 34;

const escaped = (text: string): string =>
  text
    // Characters that XML cannot hold at all.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Width and height of the whole picture. */
export const figureSize = ({ width, height }: Pick<FigureParts, 'width' | 'height'>): { width: number; height: number } => ({
  width: width + 2 * MARGIN,
  height: height + HEAD + FOOT,
});

export function figureSvg(parts: FigureParts): string {
  const { width, height } = figureSize(parts);
  const text = (x: number, y: number, size: number, fill: string, words: string, more = ''): string =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${escaped(fill)}"${more}>${escaped(words)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(parts.font)}">`,
    `<title>${escaped(parts.title)}</title>`,
    `<desc>${escaped(parts.source)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${escaped(parts.ground)}"/>`,
    text(MARGIN, 22, 13, parts.ink, parts.title, ' font-weight="600"'),
    text(MARGIN, 39, 11, parts.faint, parts.subtitle),
    `<g transform="translate(${MARGIN} ${HEAD})">${parts.body}</g>`,
    text(MARGIN, height - 12, 11, parts.faint, parts.source),
    '</svg>\n',
  ].join('');
}
