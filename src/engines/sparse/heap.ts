/** One WebAssembly memory with a simple allocator: first fit, zero-filled, neighbours of freed blocks join. */
import { instantiate, type Kernels } from './wasm.ts';

const PAGE = 65_536;
/** Blocks begin at cache lines. */
const ALIGNMENT = 64;

interface Gap {
  readonly at: number;
  readonly size: number;
}

/** Addresses stay below 2³¹, so that they are positive as the 32-bit integers of both worlds. */
const MOST_PAGES = 2 ** 31 / 2 ** 16;

export class Heap {
  readonly kernels: Kernels;
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  private readonly sizes = new Map<number, number>();
  private readonly base: number;
  /** Free space, ascending; the last gap is open-ended and is not listed. */
  private gaps: readonly Gap[] = [];
  private top: number;
  private bytes = new Uint8Array(this.memory.buffer);
  private words = new Uint32Array(this.memory.buffer);
  private numbers = new Float32Array(this.memory.buffer);

  constructor(modules: readonly WebAssembly.Module[]) {
    this.kernels = instantiate(modules, this.memory);
    this.base = roundUp(this.kernels.heapBase());
    this.top = this.base;
  }

  /** Views of the whole memory; the next `allocate` may replace them. */
  get u8(): Uint8Array {
    return this.bytes;
  }

  get u32(): Uint32Array {
    return this.words;
  }

  get f32(): Float32Array {
    return this.numbers;
  }

  /** Bytes that are allocated at the moment. */
  get allocated(): number {
    return [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** The address of `size` zero bytes. */
  allocate(size: number): number {
    const rounded = roundUp(size);
    const gap = this.gaps.find((candidate) => candidate.size >= rounded);
    const at = gap?.at ?? this.top;
    if (gap === undefined) {
      this.growTo(this.top + rounded);
      this.top += rounded;
    } else {
      const rest = { at: gap.at + rounded, size: gap.size - rounded };
      this.gaps = this.gaps.flatMap((other) => (other !== gap ? [other] : rest.size > 0 ? [rest] : []));
    }
    this.sizes.set(at, rounded);
    this.bytes.fill(0, at, at + rounded);
    return at;
  }

  free(at: number): void {
    const size = this.sizes.get(at);
    if (size === undefined) throw new Error(`nothing was allocated at ${at}`);
    this.sizes.delete(at);
    const joined: Gap[] = [];
    for (const gap of [...this.gaps, { at, size }].sort((a, b) => a.at - b.at)) {
      const last = joined.length - 1;
      if (last >= 0 && endOf(joined[last]) === gap.at) joined[last] = { at: joined[last].at, size: joined[last].size + gap.size };
      else joined.push(gap);
    }
    const last = joined[joined.length - 1];
    if (endOf(last) === this.top) {
      this.top = last.at;
      joined.pop();
    }
    this.gaps = joined;
  }

  /** Frees everything; the memory keeps its size, for whoever comes next. */
  clear(): void {
    this.sizes.clear();
    this.gaps = [];
    this.top = this.base;
  }

  private growTo(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE));
    this.bytes = new Uint8Array(this.memory.buffer);
    this.words = new Uint32Array(this.memory.buffer);
    this.numbers = new Float32Array(this.memory.buffer);
  }
}

/** The memories of an engine's trainers, one each. */
export class Heaps {
  /** Of trainers that have gone, for those to come: a WebAssembly memory never shrinks and is slow to be freed. */
  private readonly spare: Heap[] = [];

  constructor(private readonly modules: readonly WebAssembly.Module[]) {}

  take(): Heap {
    return this.spare.pop() ?? this.another();
  }

  /** One that is not kept for others: it may grow large. */
  another(): Heap {
    return new Heap(this.modules);
  }

  giveBack(heap: Heap): void {
    heap.clear();
    this.spare.push(heap);
  }

  drop(): void {
    this.spare.length = 0;
  }
}

/** Never 0: each block has an address of its own. */
const roundUp = (size: number): number => Math.ceil(Math.max(1, size) / ALIGNMENT) * ALIGNMENT;

const endOf = ({ at, size }: Gap): number => at + size;
