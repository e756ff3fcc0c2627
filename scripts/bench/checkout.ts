/** The sources of a revision in a folder of their own, ready to run, with today's bench among them. */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

const run = (command: string, args: readonly string[], options: ExecFileSyncOptions = {}): string =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options })
    .toString()
    .trim();

export interface Checkout {
  readonly folder: string;
  /** The revision's short name, and what its commit says. */
  readonly title: string;
  remove(): void;
}

/** Throws where git knows no such revision, or where it does not build. */
export function checkOut(revision: string): Checkout {
  const commit = run('git', ['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`]);
  const folder = mkdtempSync(join(tmpdir(), 'lottery-against-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
    run('git', ['worktree', 'prune']);
  };
  try {
    run('git', ['worktree', 'add', '--quiet', '--detach', folder, commit]);
    const lock = (where: string): string => readFileSync(join(where, 'package-lock.json'), 'utf8');
    if (lock(folder) === lock(root)) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    else run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
    run('npm', ['run', '--silent', 'generate'], { cwd: folder });
    cpSync(import.meta.dirname, join(folder, 'scripts/bench'), { recursive: true });
    return { folder, title: run('git', ['log', '-1', '--format=%h %s', commit]), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
