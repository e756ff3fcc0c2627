/** What the sources need before anything compiles: messages and, from AssemblyScript, the kernels. Skips what is up to date. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const messages = {
  output: 'src/paraglide/messages.js',
  stamp: 'node_modules/.cache/lottery-ticket-lab/messages.sha256',
  inputs: ['package-lock.json', 'project.inlang/settings.json', 'scripts/generate.ts', ...filesUnder('messages')],
};

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function digest(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * A compiled message that asks for no language: there is one. Asking would load a runtime that reads the visitor's cookies
 * and address, at every message.
 */
function inOneLanguage(file: string): string {
  const text = readFileSync(file, 'utf8');
  const spoken = text
    .replace(/^import \{[^}]*\} from '\.\.\/runtime\.js';\n/m, '')
    .replace(/^\t(?:\w+ \?\? )?options\.locale \?\? getLocale\(\)\n/gm, '');
  if (/getLocale|from '\.\.\/runtime/.test(spoken)) throw new Error(`${file}: compiled in another way than this script knows`);
  return spoken;
}

const current = digest(messages.inputs);
const compiled = existsSync(messages.output) && existsSync(messages.stamp) && readFileSync(messages.stamp, 'utf8') === current;
if (!compiled) {
  const { compile } = await import('@inlang/paraglide-js');
  await compile({ project: './project.inlang', outdir: './src/paraglide', emitTsDeclarations: true });
  for (const file of filesUnder('src/paraglide/messages')) if (file.endsWith('.js')) writeFileSync(file, inOneLanguage(file));
  mkdirSync(dirname(messages.stamp), { recursive: true });
  writeFileSync(messages.stamp, current);
}
process.exitCode = spawnSync('npx', ['tsx', 'scripts/build-kernels.ts'], { stdio: 'inherit' }).status ?? 1;
