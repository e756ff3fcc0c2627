/** Colours for canvas: what the page's styles say on an element, by day and by night. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colour that a CSS value such as `var(--ink)` has on an element. */
export function colourOn(element: HTMLElement, value: string): Colour {
  const { color } = element.style;
  element.style.color = value;
  const [red = 0, green = 0, blue = 0] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? []).map(Number);
  element.style.color = color;
  return [red, green, blue];
}

/** A point (0..1) on the ramp through some colours. */
export function onRamp(stops: readonly Colour[], share: number): Colour {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const mix = (channel: 0 | 1 | 2): number => stops[index][channel] + (stops[index + 1][channel] - stops[index][channel]) * (place - index);
  return [mix(0), mix(1), mix(2)];
}
