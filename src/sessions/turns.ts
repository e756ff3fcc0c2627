/** Long work in turns: a page that reads or writes a large network stays responsive. */

const TURN_MS = 8;

export class Turns {
  private began = performance.now();

  /** Lets everybody else have a turn, once this one has lasted. */
  async next(): Promise<void> {
    if (performance.now() - this.began < TURN_MS) return;
    await nextTask();
    this.began = performance.now();
  }
}

/** Lets everybody else have a turn: by a message, since timers are clamped to a second in hidden pages. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
