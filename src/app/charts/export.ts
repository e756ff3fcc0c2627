/** Charts of the page as files: what the page's styles say is written into the picture. */
import { figureSize, figureSvg } from './figure-svg.ts';

export interface Words {
  readonly title: string;
  readonly subtitle: string;
  readonly source: string;
}

/** What a picture needs of the page's styles. */
const properties = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-size',
  'font-weight',
  'font-variant-numeric',
] as const;
/** What a picture has no use for. */
const dropped = ['class', 'style', 'role', 'aria-label', 'tabindex'];

/** The chart as an SVG document of its own. */
export function chartToSvg(chart: SVGSVGElement, words: Words): string {
  const body = [...chart.children].map((child) => serialised(child)).join('');
  const style = getComputedStyle(chart);
  const ground = getComputedStyle(document.body);
  const { width, height } = chart.getBoundingClientRect();
  const faint = chart.querySelector('.axis-text');
  return figureSvg({
    ...words,
    width: Math.round(width),
    height: Math.round(height),
    body,
    ground: ground.backgroundColor,
    ink: ground.color,
    faint: faint === null ? ground.color : getComputedStyle(faint).fill,
    font: style.fontFamily,
  });
}

function serialised(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  const originals = [element, ...element.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((one, index) => {
    const style = getComputedStyle(originals[index]);
    for (const name of properties) {
      if (name.startsWith('font') && one.tagName !== 'text') continue;
      const value = style.getPropertyValue(name);
      if (value !== '' && value !== 'normal' && value !== 'none 0px') one.setAttribute(name, value);
    }
    for (const name of dropped) one.removeAttribute(name);
  });
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a PNG with `scale` pixels a CSS pixel. Rejects where the browser cannot draw it. */
export async function chartToPng(chart: SVGSVGElement, words: Words, scale = 2): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([chartToSvg(chart, words)], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { width, height } = chart.getBoundingClientRect();
    const size = figureSize({ width: Math.round(width), height: Math.round(height) });
    const canvas = document.createElement('canvas');
    canvas.width = scale * size.width;
    canvas.height = scale * size.height;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error('the picture is empty')) : resolve(blob)), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
