/** The command line as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface Command {
  readonly ended: Promise<Ended>;
  /** Resolves once it has printed this, or has ended. */
  printed(words: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function lab(...words: readonly string[]): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, output }));
  const printed = async (words: RegExp): Promise<void> => {
    while (!words.test(output) && child.exitCode === null && child.signalCode === null)
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
  };
  return { ended, printed, kill: (signal) => void child.kill(signal) };
}
