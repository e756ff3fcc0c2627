/** Work that the invocations of a workgroup share along the batch, and how they add up what each of them found. */
import type { Traits } from '../gpu.ts';

/** Invocations that run in step on a processor that plays graphics card. */
export const LANES = 4;

export const count = (size: number): readonly number[] => Array.from({ length: size }, (_, index) => index);
export const lines = (size: number, line: (index: number) => string): string => count(size).map(line).join('\n');

/** The number of `sizes` whose multiple wastes least beyond `extent`; of equals the first. */
export const bestFit = (extent: number, sizes: readonly number[]): number =>
  sizes.reduce((best, size) => (waste(extent, size) < waste(extent, best) ? size : best));
const waste = (extent: number, size: number): number => Math.ceil(extent / size) * size - extent;

/** Invocations of a workgroup that share a batch, which is a multiple of 16 and of their number. */
export const lanesFor = (batch: number, { isSoftware }: Traits): number =>
  isSoftware ? LANES : ([64, 32].find((lanes) => batch % lanes === 0) ?? 16);

/** How to add up over the lanes. The order is always the same, and so are the bits. All lanes must come where they add up. */
export interface LaneSums {
  /** Declarations outside of functions. */
  readonly before: string;
  /** Makes the sums over lanes of `value(0)`, `value(1)`, … the array `totals` in all lanes. */
  readonly all: (value: (index: number) => string) => string;
  /** Hands each of the sums to some lane: statements that take its index and itself. */
  readonly each: (value: (index: number) => string, take: (index: string, total: string) => string) => string;
  readonly subgroups: boolean;
}

export function laneSums(size: number, lanes: number, traits: Traits): LaneSums {
  if (traits.quads === lanes) {
    const all: LaneSums['all'] = (value) =>
      `var totals = array<f32, ${size}>(${count(size)
        .map((index) => `subgroupAdd(${value(index)})`)
        .join(', ')});`;
    const each: LaneSums['each'] = (value, take) => `${all(value)}
  for (var e = lane; e < ${size}u; e += ${lanes}u) { ${take('e', 'totals[e]')} }`;
    return { before: '', all, each, subgroups: true };
  }
  const share = (value: (index: number) => string): string => `
  workgroupBarrier();
  ${lines(size, (index) => `parts[${index * lanes}u + lane] = ${value(index)};`)}
  workgroupBarrier();`;
  const sum = (index: string): string =>
    `var total = 0.0; for (var i = 0u; i < ${lanes}u; i++) { total += parts[${index} * ${lanes}u + i]; }`;
  return {
    before: `var<workgroup> parts: array<f32, ${size * lanes}>;`,
    all: (value) => `${share(value)}
  var totals: array<f32, ${size}>;
  for (var e = 0u; e < ${size}u; e++) { ${sum('e')} totals[e] = total; }`,
    each: (value, take) => `${share(value)}
  for (var e = lane; e < ${size}u; e += ${lanes}u) { ${sum('e')} ${take('e', 'total')} }`,
    subgroups: false,
  };
}
