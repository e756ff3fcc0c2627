/**
 * Everything that can fail, in order: unit tests, engines against each other, the build, the built app in a browser.
 * Ends with one line that adds all suites up.
 */
import { spawnSync } from 'node:child_process';
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

const succeeds = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args, { stdio: 'inherit' }).status === 0;

function suite(name: string): void {
  const file = join(reports, `${name}.json`);
  rmSync(file, { force: true });
  const clean = succeeds('npx', 'vitest', 'run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`);
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
function step(...command: readonly [string, ...string[]]): boolean {
  const done = succeeds(...command);
  if (!done) failed += 1;
  return done;
}

mkdirSync(reports, { recursive: true });
if (step('npx', 'tsx', 'scripts/ensure-browser.ts') && step('npm', 'run', 'generate')) {
  suite('unit');
  suite('parity');
  if (step('npx', 'vite', 'build')) suite('e2e');
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
