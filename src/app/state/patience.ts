/** Waiting for what may never answer. */

/**
 * Resolves after about so many milliseconds in which the page was free: a task that kept it busy for long counts as one
 * tick, since what was waited for may have come meanwhile and stands in line behind it.
 */
export async function pass(ms: number): Promise<void> {
  const ticks = ms === 0 ? 1 : 10;
  for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setTimeout(resolve, ms / ticks));
}

/** Asks, and asks again every so often while nothing was answered; settles as the first answer does. */
export function untilAnswered<Answer>(ask: () => Promise<Answer>, everyMs: number): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const attempt = (): void => {
      void ask()
        .then(resolve, reject)
        .then(() => clearInterval(timer));
    };
    const timer = setInterval(attempt, everyMs);
    attempt();
  });
}
