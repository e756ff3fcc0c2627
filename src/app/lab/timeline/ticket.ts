/** The outline of a ticket: a rectangle whose corners are bitten out, so that two side by side make a punched hole. */

/** An SVG path of a ticket `width` × `height` with concave corners of radius `notch`, kept half a pixel inside. */
export function ticketOutline(width: number, height: number, notch = 4): string {
  const [left, top, right, bottom] = [0.5, 0.5, width - 0.5, height - 0.5];
  const corner = (x: number, y: number): string => `A${notch} ${notch} 0 0 0 ${x} ${y}`;
  return [
    `M${left + notch} ${top}H${right - notch}`,
    corner(right, top + notch),
    `V${bottom - notch}`,
    corner(right - notch, bottom),
    `H${left + notch}`,
    corner(left, bottom - notch),
    `V${top + notch}`,
    corner(left + notch, top),
    'Z',
  ].join('');
}
