/** One step of one parameter, as WGSL: the function `stepBy(p, gradient, step)` changes `parameters[p]` and its moments. */
import type { Optimizer } from '../../../science/recipe/schema.ts';

/** Names of the moments that an optimiser keeps of each parameter. */
export const momentsOf: Readonly<Record<Optimizer['type'], readonly string[]>> = { sgd: [], momentum: ['velocity'], adam: ['m', 'v'] };

/** A number as WGSL writes it. */
export const f32 = (value: number): string => {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
};

/**
 * `size` is how many parameters all networks have together, the second moments lying behind the first. The gradient's L2
 * penalty joins here. Moments too small to matter become 0: subnormal numbers are slow on some processors.
 */
export function moveFunction(optimizer: Optimizer, weightDecay: number, size: number): string {
  const decayed = weightDecay === 0 ? 'gradient' : `gradient + ${f32(weightDecay)} * w`;
  const settled = 'fn settled(moment: f32) -> f32 { return select(moment, 0.0, abs(moment) < 1e-30); }';
  const declare = (body: string): string =>
    `fn stepBy(p: u32, gradient: f32, step: Step) {\n  let w = parameters[p];\n  let g = ${decayed};\n${body}\n}`;
  switch (optimizer.type) {
    case 'sgd':
      return declare('  parameters[p] = w - step.rate * g;');
    case 'momentum':
      return `${settled}\n${declare(`
  let velocity = settled(${f32(optimizer.momentum)} * moments[p] + g);
  moments[p] = velocity;
  parameters[p] = w - step.rate * velocity;`)}`;
    case 'adam':
      return `${settled}\n${declare(`
  let mean = settled(${f32(optimizer.beta1)} * moments[p] + ${f32(1 - optimizer.beta1)} * g);
  let square = ${f32(optimizer.beta2)} * moments[p + ${size}u] + ${f32(1 - optimizer.beta2)} * (g * g);
  moments[p] = mean;
  moments[p + ${size}u] = square;
  parameters[p] = w - (step.rate * mean) / (sqrt(square) * step.correction + 1e-8);`)}`;
  }
}
