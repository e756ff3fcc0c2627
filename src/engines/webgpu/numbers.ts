/** A network's weights, statistics and optimiser state, to the device and back. */
import type { Snapshot, Tensors } from '../../science/tensors.ts';
import type { Layout } from './layout.ts';
import type { Memory } from './memory.ts';

export class Numbers {
  constructor(
    private readonly memory: Memory,
    /** Names of what the optimiser keeps of each weight. */
    private readonly moments: readonly string[],
  ) {}

  async read(network: number): Promise<Snapshot> {
    const { layout, parameters, buffers, running } = this.memory;
    const [weights, statistics] = await Promise.all([this.get(parameters, network, layout), this.get(running, network, buffers)]);
    return { parameters: layout.unpack(weights), buffers: buffers.unpack(statistics) };
  }

  write(network: number, snapshot: Snapshot): void {
    const { layout, parameters, buffers, running } = this.memory;
    this.put(parameters, network, layout.pack(snapshot.parameters));
    this.put(running, network, buffers.pack(snapshot.buffers));
  }

  async readOptimizer(network: number): Promise<Tensors> {
    const { layout, moments, networks } = this.memory;
    const state: Record<string, Float32Array> = {};
    for (const [index, moment] of this.moments.entries()) {
      if (moments !== null) Object.assign(state, layout.unpack(await this.get(moments, index * networks + network, layout), `/${moment}`));
    }
    return state;
  }

  writeOptimizer(network: number, state: Tensors): void {
    const { layout, moments, networks } = this.memory;
    this.moments.forEach((moment, index) => {
      if (moments !== null) this.put(moments, index * networks + network, layout.pack(state, `/${moment}`));
    });
  }

  clearOptimizer(network: number): void {
    const { moments, layout, networks, gpu } = this.memory;
    if (moments === null) return;
    const encoder = gpu.device.createCommandEncoder();
    const bytes = 4 * layout.size;
    this.moments.forEach((_, index) => encoder.clearBuffer(moments, (index * networks + network) * bytes, bytes));
    gpu.device.queue.submit([encoder.finish()]);
  }

  private put(buffer: GPUBuffer, place: number, values: Float32Array<ArrayBuffer>): void {
    this.memory.gpu.check();
    this.memory.gpu.device.queue.writeBuffer(buffer, 4 * place * values.length, values);
  }

  private async get(buffer: GPUBuffer, place: number, { size }: Layout): Promise<Float32Array> {
    const bytes = 4 * size;
    if (bytes === 0) return new Float32Array(0);
    return new Float32Array(await this.memory.gpu.read(buffer, place * bytes, bytes));
  }
}
