/** What a page and its worker hold in memory once garbage is collected. */
import type { CDPSession, Page } from 'playwright';

/** Bytes: JavaScript objects and the buffers behind typed arrays. */
export interface Heap {
  readonly page: number;
  readonly worker: number;
}

interface Usage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
}

const bytesOf = ({ usedSize, backingStorageSize }: Usage): number => usedSize + backingStorageSize;

export class HeapMeter {
  private lastId = 0;
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private worker: string | null = null;

  private constructor(private readonly session: CDPSession) {}

  static async on(page: Page): Promise<HeapMeter> {
    const session = await page.context().newCDPSession(page);
    const meter = new HeapMeter(session);
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      // The one that trains: others come and go, such as the one that sweeps the storage. Chromium's title is a worker's name.
      if (targetInfo.type === 'worker' && targetInfo.title === 'lab') meter.worker = sessionId;
    });
    session.on('Target.detachedFromTarget', ({ sessionId }) => {
      if (meter.worker === sessionId) meter.worker = null;
    });
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as Answer;
      if (id !== undefined) meter.waiting.get(id)?.(result);
    });
    // Workers have no session of their own in Playwright: theirs is spoken to through the page's.
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return meter;
  }

  async read(): Promise<Heap> {
    await this.session.send('HeapProfiler.collectGarbage');
    await this.ask('HeapProfiler.collectGarbage');
    const page = (await this.session.send('Runtime.getHeapUsage')) as unknown as Usage;
    const worker = (await this.ask('Runtime.getHeapUsage')) as Usage;
    return { page: bytesOf(page), worker: bytesOf(worker) };
  }

  private async ask(method: string): Promise<unknown> {
    if (this.worker === null) throw new Error('the page has no worker that trains');
    const id = ++this.lastId;
    const answer = new Promise((resolve) => this.waiting.set(id, resolve));
    await this.session.send('Target.sendMessageToTarget', { sessionId: this.worker, message: JSON.stringify({ id, method }) });
    return answer.finally(() => this.waiting.delete(id));
  }
}
