/** A compute kernel as data: what it reads and writes, and its WGSL. Pipelines are compiled from it, once a text. */

/** A buffer as a kernel sees it. */
export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
  /** `Value` is a number as it lies between layers, `Value4` four of them. */
  readonly element: 'f32' | 'u32' | 'vec4f' | 'Step' | 'Value' | 'Value4';
  /** Elements in the buffer: fixed sizes spare kernels the question how long an array is. */
  readonly count: number;
}

export interface Kernel {
  readonly label: string;
  readonly bindings: readonly Binding[];
  /** WGSL of the entry point `main` and what it needs. */
  readonly code: string;
  readonly subgroups: boolean;
}

export const read = (name: string, element: Binding['element'], count: number): Binding => ({ name, access: 'read', element, count });
export const write = (name: string, element: Binding['element'], count: number): Binding => ({
  ...read(name, element, count),
  access: 'read_write',
});

/** Bytes between the blocks of `at`, of which one is chosen at each dispatch. */
export const AT_BYTES = 256;

/**
 * `at` says which step of a submit this is, and which network is the first of the pass. A `Step` is what one network is
 * told for one step: `count` examples (0: it rests), the learning rate and Adam's bias corrections folded into two numbers,
 * and what its loss's gradient is multiplied by.
 */
const common = `
struct At { step: u32, network: u32 }
struct Step { count: u32, rate: f32, correction: f32, scale: f32 }
@group(0) @binding(0) var<uniform> at: At;
`;

/** `half`: whether values between layers are numbers of 16 bits. */
export function wgslOf({ bindings, code, subgroups }: Kernel, half: boolean): string {
  const declarations = bindings.map(
    ({ name, access, element, count }, index) =>
      `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${element}, ${count}>;`,
  );
  const enabled = [...(subgroups ? ['enable subgroups;'] : []), ...(half ? ['enable f16;'] : [])];
  const value = half ? 'f16' : 'f32';
  const aliases = `alias Value = ${value};\nalias Value4 = vec4<${value}>;`;
  return [...enabled, aliases, common, ...declarations, code].join('\n');
}

export function layoutOf(device: GPUDevice, { label, bindings }: Kernel): GPUBindGroupLayout {
  return device.createBindGroupLayout({
    label,
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 8 } },
      ...bindings.map(({ access }, index): GPUBindGroupLayoutEntry => ({
        binding: index + 1,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    ],
  });
}
