/** The packed files that a task needs: which they are, and their coming in one after another. */
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';
import { datasets, type Sizes } from './catalogue.ts';
import type { DataFile, Dataset } from './dataset.ts';

/** Where packed files come from: a host, a folder. */
export interface Source {
  /** The bytes of a file under datasets/ (`mnist/train-0.bin`); `onBytes` is told of each part as it arrives. */
  read(path: string, onBytes: (bytes: number) => void): Promise<Uint8Array>;
  /** The files that can be read without a network; left out where none is needed. */
  kept?(): Promise<readonly string[]>;
}

/** Nobody answered: there is no network, or no way to the host. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Titles of the data sets that need no network: those that are generated, and those whose files are all kept here. */
function atHand(kept: readonly string[]): string {
  const isKept = ({ path }: DataFile): boolean => kept.includes(path);
  return datasets
    .filter(({ files }) => [...files.pool, ...files.test].every(isKept))
    .map(({ title }) => title)
    .join(', ');
}

/** A file, and the number of its first example. */
export interface Shard {
  readonly file: DataFile;
  readonly first: number;
}

/** The files that hold the first train + validation examples of the pool and the first test ones, in that order. */
export function neededShards({ pool, test, files }: Dataset, sizes: Sizes): readonly Shard[] {
  const fromPool = test > 0 ? sizes.train + sizes.validation : pool;
  return [...within(files.pool, 0, fromPool), ...within(files.test, pool, pool + sizes.test)];
}

function within(files: readonly DataFile[], from: number, to: number): readonly Shard[] {
  let next = from;
  const shards = files.map((file) => {
    const first = next;
    next += file.count;
    return { file, first };
  });
  return shards.filter(({ first }) => first < to);
}

/** Loads shards in turn from the moment it is made; one that failed is tried again when it is next asked for. */
export class Arrivals {
  private readonly arrivals: Promise<void>[] = [];
  private readonly failed = new Set<number>();

  constructor(
    private readonly shards: readonly Shard[],
    private readonly load: (shard: Shard) => Promise<void>,
  ) {
    let previous = Promise.resolve();
    for (const index of shards.keys()) {
      this.begin(index, previous);
      previous = this.arrivals[index].catch(() => undefined);
    }
  }

  /** Resolves when a shard is there. */
  shard(index: number): Promise<void> {
    if (this.failed.delete(index)) this.begin(index, Promise.resolve());
    return this.arrivals[index];
  }

  /** Resolves when the shards of these examples are there; the first that fails is what it rejects with. */
  async examples(examples: Uint32Array): Promise<void> {
    const needed = new Set<number>();
    for (const example of examples) {
      const index = this.shards.findIndex(({ file, first }) => example >= first && example < first + file.count);
      if (index < 0) throw new Error(`example ${example} is not in the task that was opened`);
      needed.add(index);
    }
    await Promise.all([...needed].map((index) => this.shard(index)));
  }

  private begin(index: number, after: Promise<void>): void {
    const arrival = after.then(() => this.load(this.shards[index]));
    // Whoever asks for the shard hears of the failure; if nobody does, it is no unhandled rejection.
    arrival.catch(() => this.failed.add(index));
    this.arrivals[index] = arrival;
  }
}

/** Reads files, telling `progress` of the bytes of all of them together. */
export function countedReader(source: Source, shards: readonly Shard[], progress: (loadedBytes: number, totalBytes: number) => void) {
  const total = shards.reduce((sum, { file }) => sum + file.bytes, 0);
  const loaded = new Map<string, number>();
  return async ({ path, bytes: expected }: DataFile): Promise<Uint8Array> => {
    let received = 0;
    const reach = (bytes: number): void => {
      received = bytes;
      // A file longer than it should be is refused later; till then it counts as its share.
      loaded.set(path, Math.min(bytes, expected));
      progress(
        [...loaded.values()].reduce((sum, each) => sum + each, 0),
        total,
      );
    };
    try {
      const bytes = await source.read(path, (more) => reach(received + more));
      if (received < bytes.length) reach(bytes.length);
      return bytes;
    } catch (error) {
      if (error instanceof LabError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof Unreachable && source.kept !== undefined) {
        const words = m.tasks_file_offline({ file: path, reason, titles: atHand(await source.kept()) });
        throw new LabError(words, path, { cause: error });
      }
      throw new LabError(m.tasks_file_missing({ file: path, reason }), path, { cause: error });
    }
  };
}
