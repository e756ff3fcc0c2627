/** The task's examples on the device: bytes stay bytes; each is copied there once, when it is first wanted. */
import { volume } from '../../models/model.ts';
import type { Task } from '../../tasks/task.ts';
import type { Source } from './kernels/pass.ts';
import type { Room } from './ledger.ts';

export class Examples {
  readonly inputs: GPUBuffer;
  readonly table: GPUBuffer | null;
  /** What kernels need to know of it: words in all, and of one example. */
  readonly source: Source;
  private readonly isHere: Uint8Array;
  /** Examples that are not on the device yet. */
  private missing: number;
  private readonly size: number;

  constructor(
    private readonly device: GPUDevice,
    room: Room,
    private readonly task: Task,
  ) {
    const { inputs, input, count } = task;
    this.size = volume(input);
    const stride = inputs.kind === 'bytes' ? Math.ceil(this.size / 4) : this.size;
    this.source = { kind: inputs.kind, words: count * stride, stride, channels: input.channels };
    this.inputs = room.words('examples', count * stride);
    this.table = inputs.kind === 'bytes' ? room.words('table', inputs.table.length) : null;
    if (inputs.kind === 'bytes' && this.table !== null) device.queue.writeBuffer(this.table, 0, Float32Array.from(inputs.table));
    this.isHere = new Uint8Array(count);
    this.missing = count;
  }

  /** Copies those that are not on the device yet, neighbours together. They must have arrived. */
  bring(examples: Uint32Array): void {
    if (this.missing === 0) return;
    const { isHere } = this;
    for (let place = 0; place < examples.length; place++) {
      const first = examples[place];
      if (isHere[first] === 1) continue;
      let end = place;
      while (end < examples.length && examples[end] === first + (end - place) && isHere[examples[end]] === 0) isHere[examples[end++]] = 1;
      this.copy(first, end - place);
      this.missing -= end - place;
      place = end - 1;
    }
  }

  private copy(first: number, count: number): void {
    const { values } = this.task.inputs;
    const { stride } = this.source;
    const { size } = this;
    const from = values.subarray(first * size, (first + count) * size);
    const words = new Uint32Array(count * stride);
    if (from instanceof Float32Array) new Float32Array(words.buffer).set(from);
    else {
      const bytes = new Uint8Array(words.buffer);
      for (let index = 0; index < count; index++) bytes.set(from.subarray(index * size, (index + 1) * size), 4 * index * stride);
    }
    this.device.queue.writeBuffer(this.inputs, 4 * first * stride, words);
  }
}
