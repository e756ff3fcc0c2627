/** IndexedDB with its traps taken care of: connections that died, full disks, browsers that give none. */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { m } from '../paraglide/messages.js';
import { LabError } from '../science/errors.ts';

/** One object store of its own database. */
export class Database {
  private use: UseStore;

  constructor(private readonly name: string) {
    this.use = createStore(name, 'records');
  }

  /** The result of a reading transaction. */
  read<Value>(body: (store: IDBObjectStore) => Promise<Value>): Promise<Value> {
    return this.attempt('readonly', body);
  }

  /** The result of a writing transaction, once it is on disk: an error in `body` undoes all of it. */
  write<Value>(body: (store: IDBObjectStore) => Promise<Value>): Promise<Value> {
    return this.attempt('readwrite', async (store) => {
      const saved = promisifyRequest(store.transaction);
      try {
        const value = await body(store);
        await saved;
        return value;
      } catch (error) {
        saved.catch(() => undefined);
        abort(store.transaction);
        throw error;
      }
    });
  }

  /** Once more with a new connection where the old one had died (browsers close them in the background). */
  private async attempt<Value>(mode: IDBTransactionMode, body: (store: IDBObjectStore) => Promise<Value>): Promise<Value> {
    try {
      try {
        return await this.use(mode, body);
      } catch (error) {
        if (nameOf(error) !== 'InvalidStateError') throw error;
        this.use = createStore(this.name, 'records');
        return await this.use(mode, body);
      }
    } catch (error) {
      throw explained(error);
    }
  }
}

const nameOf = (error: unknown): string => (error instanceof Error || error instanceof DOMException ? error.name : '');

/** What is the platform's trouble becomes a LabError with a way out; the rest stays what it is. */
function explained(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === 'QuotaExceededError') return new LabError(m.sessions_store_full(), 'storage', { cause: error });
  return new LabError(m.sessions_store_missing({ reason: error.message }), 'storage', { cause: error });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended by itself.
  }
}
