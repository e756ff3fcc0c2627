/**
 * Outcomes that came with files, apart from those that were trained here: their weights can be looked at, but no run is
 * ever trained from them. Each is kept under its run key and its fingerprint, so that all sessions which speak of that very
 * outcome share it, and it never stands in for another.
 */
import { promisifyRequest } from 'idb-keyval';
import { LabError } from '../science/errors.ts';
import type { RunOutcome } from '../science/run.ts';
import { decodeOutcomeOf, encodeOutcome } from './compact.ts';
import { openGuests } from './shelves.ts';

/** Of a run, what its weights are found by. */
export interface Claim {
  readonly key: string;
  readonly fingerprint: string;
}

/** Beside an outcome stands how many bytes it takes. */
const SIZE = 'size/';
const sizesOnly = (): IDBKeyRange => IDBKeyRange.bound(SIZE, 'size0', false, true);

const nameOf = ({ key, fingerprint }: Claim): string => `${key}/${fingerprint}`;

export class Guests {
  private readonly outcomes = openGuests();

  /** `tell` hears of outcomes that are damaged, by name. */
  constructor(private readonly tell: (error: LabError) => void) {}

  async find(claim: Claim): Promise<RunOutcome | null> {
    const bytes = await this.outcomes.read((store) => promisifyRequest(store.get(nameOf(claim)) as IDBRequest<unknown>));
    if (!(bytes instanceof Uint8Array)) return null;
    try {
      return await decodeOutcomeOf(claim.key, bytes);
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      this.tell(error);
      return null;
    }
  }

  async keep(outcome: RunOutcome): Promise<void> {
    const bytes = await encodeOutcome(outcome);
    await this.outcomes.write((store) => {
      store.put(bytes, nameOf(outcome.result));
      store.put(bytes.length, `${SIZE}${nameOf(outcome.result)}`);
      return Promise.resolve();
    });
  }

  /** Bytes that the weights of runs take, by run key. */
  async sizes(): Promise<ReadonlyMap<string, number>> {
    const [names, values] = await this.outcomes.read((store) =>
      Promise.all([
        promisifyRequest(store.getAllKeys(sizesOnly()) as IDBRequest<string[]>),
        promisifyRequest(store.getAll(sizesOnly()) as IDBRequest<number[]>),
      ]),
    );
    return new Map(names.map((name, index) => [name.split('/')[1], values[index]]));
  }
}
