/** What is checked without running anything: every tool says its say, and any may fail the check. */
import { spawn } from 'node:child_process';

/**
 * Two at a time, as many as the smallest of machines has cores: the first takes as long as the others together. The
 * compiler has no turn of its own: svelte-check finds what it finds, in every file.
 */
const lanes = [['eslint'], ['svelte', 'prettier', 'knip']] as const;

/** Prints all that a tool has to say once it is done: tools side by side would interrupt one another. */
function passes(tool: string): Promise<boolean> {
  return new Promise((resolve) => {
    const began = performance.now();
    const said: Buffer[] = [];
    const running = spawn('npm', ['run', '--silent', `check:${tool}`]);
    for (const stream of [running.stdout, running.stderr]) stream.on('data', (piece: Buffer) => said.push(piece));
    running.once('close', (status) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      console.log(`\n> ${tool} (${seconds} s)${status === 0 ? '' : ': FAILED'}\n${Buffer.concat(said).toString().trim()}`);
      resolve(status === 0);
    });
  });
}

const verdicts = await Promise.all(
  lanes.map(async (tools) => {
    const passed: boolean[] = [];
    for (const tool of tools) passed.push(await passes(tool));
    return passed.every(Boolean);
  }),
);
process.exitCode = verdicts.every(Boolean) ? 0 : 1;
