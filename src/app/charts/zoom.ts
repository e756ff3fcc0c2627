/** Which part of a matrix of weights a picture shows, from all of it down to single weights. Units are weights. */

/** What is shown; may begin and end within a weight. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** One weight. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** Weights shown along a side at the deepest zoom. */
const LEAST = 4;

export const whole = ({ rows, columns }: Matrix): Window => ({ top: 0, left: 0, rows, columns });

export const isWhole = (window: Window, matrix: Matrix): boolean => window.rows >= matrix.rows && window.columns >= matrix.columns;

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/**
 * Shows `factor` times as many weights along each side (below 1: nearer), leaving the weight at a place (shares of the
 * picture, 0..1) where it is as far as the matrix's edges allow.
 */
export function zoomed(window: Window, matrix: Matrix, factor: number, x: number, y: number): Window {
  const side = (shown: number, all: number): number => clamp(shown * factor, Math.min(LEAST, all), all);
  const rows = side(window.rows, matrix.rows);
  const columns = side(window.columns, matrix.columns);
  return within({ top: window.top + y * (window.rows - rows), left: window.left + x * (window.columns - columns), rows, columns }, matrix);
}

/** Moves the window, by shares of the picture. */
export const panned = (window: Window, matrix: Matrix, dx: number, dy: number): Window =>
  within({ ...window, top: window.top + dy * window.rows, left: window.left + dx * window.columns }, matrix);

/** Moves the window as little as shows the whole of a weight. */
export function showing(window: Window, matrix: Matrix, { row, column }: Place): Window {
  const shift = (start: number, shown: number, at: number): number => Math.min(Math.max(start, at + 1 - shown), at);
  return within({ ...window, top: shift(window.top, window.rows, row), left: shift(window.left, window.columns, column) }, matrix);
}

function within(window: Window, matrix: Matrix): Window {
  return {
    ...window,
    top: clamp(window.top, 0, matrix.rows - window.rows),
    left: clamp(window.left, 0, matrix.columns - window.columns),
  };
}

/** The weight at a place of the picture (shares, 0..1), or null beside it. */
export function weightAt(window: Window, x: number, y: number): Place | null {
  if (x < 0 || y < 0 || x >= 1 || y >= 1) return null;
  return { row: Math.floor(window.top + y * window.rows), column: Math.floor(window.left + x * window.columns) };
}

/** The whole weights that a window touches, for drawing. */
export function touched(window: Window, matrix: Matrix): Window {
  const top = Math.floor(window.top + 1e-9);
  const left = Math.floor(window.left + 1e-9);
  return {
    top,
    left,
    rows: Math.min(matrix.rows, Math.ceil(window.top + window.rows - 1e-9)) - top,
    columns: Math.min(matrix.columns, Math.ceil(window.left + window.columns - 1e-9)) - left,
  };
}
