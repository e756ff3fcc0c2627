/** Quantities in double precision, each with its derivative along one direction in the space of the parameters. */

export interface Dual {
  readonly value: Float64Array;
  /** d value / d t, where the parameters are θ + t × direction, at t = 0. */
  readonly slope: Float64Array;
}

export type Duals = Readonly<Record<string, Dual>>;

export const zeros = (size: number): Dual => ({ value: new Float64Array(size), slope: new Float64Array(size) });

/** What a linear map makes of a quantity it makes of its derivative too. */
export function alike(map: (from: Float64Array, to: Float64Array) => void, from: Dual, to: Dual): void {
  map(from.value, to.value);
  map(from.slope, to.slope);
}

/** Adds a product, linear in each of two quantities, to `to`; its derivative by the product rule. */
export function product(map: (a: Float64Array, b: Float64Array, to: Float64Array) => void, a: Dual, b: Dual, to: Dual): void {
  map(a.value, b.value, to.value);
  map(a.slope, b.value, to.slope);
  map(a.value, b.slope, to.slope);
}
