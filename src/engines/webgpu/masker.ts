/** Applies a network's masks on the device: absent weights become zero, and so do the moments of what is not trained. */
import type { Program } from './gpu.ts';
import { AT_BYTES } from './kernel.ts';
import { maskParameters } from './kernels/pass.ts';
import type { Memory } from './memory.ts';
import { bind } from './pass.ts';

export class Masker {
  private constructor(
    private readonly device: GPUDevice,
    private readonly program: Program,
    private readonly group: GPUBindGroup,
    private readonly groups: readonly [number, number],
  ) {}

  /** `at` has a block a network. */
  static async open(
    { gpu, layout, networks, parameters, moments, trainable }: Memory,
    present: GPUBuffer,
    momentCount: number,
    at: GPUBuffer,
  ): Promise<Masker> {
    const kernel = maskParameters(layout.size, networks, momentCount);
    const program = await gpu.program(kernel);
    const buffers = moments === null ? [present, parameters] : [present, parameters, trainable, moments];
    return new Masker(gpu.device, program, bind(gpu.device, program, kernel, at, buffers), kernel.groups);
  }

  apply(network: number): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.program.pipeline);
    pass.setBindGroup(0, this.group, [AT_BYTES * network]);
    pass.dispatchWorkgroups(...this.groups);
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }
}
