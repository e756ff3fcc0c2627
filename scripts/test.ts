/**
 * Everything that can fail: unit tests while the lab is built, engines against each other, the built app in a browser.
 * Ends with one line that adds all suites up.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const reports = 'build/test';

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

let passed = 0;
let failed = 0;

type Command = readonly [name: string, ...args: string[]];

/** What it prints is seen as it comes. */
function succeeds([name, ...args]: Command): Promise<boolean> {
  return new Promise((resolve) => {
    spawn(name, args, { stdio: 'inherit' })
      .once('error', () => resolve(false))
      .once('close', (status) => resolve(status === 0));
  });
}

async function suite(name: string, projects: readonly string[] = [name]): Promise<void> {
  const file = join(reports, `${name}.json`);
  rmSync(file, { force: true });
  const chosen = projects.map((project) => `--project=${project}`);
  const clean = await succeeds(['npx', 'vitest', 'run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  let failures = 0;
  if (existsSync(file)) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    passed += report.numPassedTests;
    // A file that fails before or beside its tests (an import, a hook) counts as one.
    const brokenFiles = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    );
    failures = report.numFailedTests + brokenFiles.length;
  }
  failed += !clean && failures === 0 ? 1 : failures;
}

/** A step that tests nothing by itself but must not fail. */
async function step(...command: Command): Promise<boolean> {
  const done = await succeeds(command);
  if (!done) failed += 1;
  return done;
}

mkdirSync(reports, { recursive: true });
if ((await step('npx', 'tsx', 'scripts/ensure-browser.ts')) && (await step('npm', 'run', 'generate'))) {
  // The build waits for the disk as often as it computes.
  const [isBuilt] = await Promise.all([
    step('npx', 'vite', 'build', '--logLevel', 'warn'),
    suite('unit', ['unit', 'unit-mocking', 'fuzz']),
  ]);
  await suite('parity');
  if (isBuilt) await suite('e2e', ['e2e', 'timing']);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
