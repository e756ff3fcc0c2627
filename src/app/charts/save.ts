/** A chart as a file; what draws it is fetched when the first is saved. */
import { download } from '../download.ts';
import type { Words } from './export.ts';

export async function saveChart(format: 'svg' | 'png', chart: SVGSVGElement, words: Words, fileName: string): Promise<void> {
  const { chartToPng, chartToSvg } = await import('./export.ts');
  const name = `${fileName}.${format}`;
  if (format === 'svg') download(name, chartToSvg(chart, words), 'image/svg+xml');
  else download(name, await chartToPng(chart, words), 'image/png');
}
