import { OutOfMemory } from '../lost.ts';

/** Every buffer on the device is entered here when it is made and struck out when it goes, so that leaks show as numbers. */
export class Ledger {
  private readonly held = new Map<GPUBuffer, number>();

  constructor(private readonly device: GPUDevice) {}

  /** Buffers held now. */
  get count(): number {
    return this.held.size;
  }

  /** Bytes held now. */
  get bytes(): number {
    let sum = 0;
    for (const size of this.held.values()) sum += size;
    return sum;
  }

  /** Throws an `OutOfMemory` where a buffer is larger than any the device has room for. */
  create(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(16, 4 * Math.ceil(bytes / 4));
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    if (size > Math.min(maxBufferSize, maxStorageBufferBindingSize)) throw new OutOfMemory();
    const buffer = this.device.createBuffer({ label, size, usage });
    this.held.set(buffer, size);
    return buffer;
  }

  destroy(buffer: GPUBuffer): void {
    if (this.held.delete(buffer)) buffer.destroy();
  }
}

/** Buffers that go together. */
export class Room {
  private readonly buffers: GPUBuffer[] = [];

  constructor(private readonly ledger: Ledger) {}

  /** So many 32-bit zeros that kernels read and write. */
  words(label: string, count: number): GPUBuffer {
    return this.keep(label, 4 * count, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  }

  /** So many zeros between layers, as kernels know them by `Value`. */
  values(label: string, count: number, half: boolean): GPUBuffer {
    return this.keep(label, (half ? 2 : 4) * count, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  }

  keep(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.ledger.create(label, bytes, usage);
    this.buffers.push(buffer);
    return buffer;
  }

  dispose(): void {
    for (const buffer of this.buffers.splice(0)) this.ledger.destroy(buffer);
  }
}
