/**
 * Compiles the sparse engine's kernels from AssemblyScript to a module that holds the WebAssembly as text, so that it
 * loads alike in Node and in a browser's worker, without a fetch. Skips what is up to date.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = 'src/engines/sparse/kernels';
const output = 'src/engines/sparse/generated/kernels.ts';
const binary = 'kernels.wasm';

/** No relaxed SIMD, no threads, no fused multiply-add: the same bits on every machine. */
const options = [
  ...['--outFile', binary, '--runtime', 'stub', '--enable', 'simd', '--disable', 'mutable-globals', '--noAssert'],
  ...['-O3', '--converge', '--importMemory', '--noExportMemory', '--use', 'abort='],
];

const sources = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .sort();

function stamp(): string {
  const hash = createHash('sha256');
  const inputs = ['node_modules/assemblyscript/package.json', 'scripts/build-kernels.ts', ...sources.map((file) => join(folder, file))];
  for (const file of inputs) hash.update(file).update('\0').update(readFileSync(file));
  return `// Compiled by scripts/build-kernels.ts from sources of hash ${hash.digest('hex')}.\n`;
}

async function compile(): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  const written = new Map<string, Uint8Array>();
  let complaints = '';
  const { error } = await asc.main(['index.ts', ...options], {
    readFile: (name, base) => {
      const path = join(folder, base, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (name, contents) => {
      if (typeof contents !== 'string') written.set(name, contents);
    },
    listFiles: () => null,
    stderr: { write: (chunk) => void (complaints += chunk.toString()) },
  });
  const compiled = written.get(binary);
  if (error !== null || compiled === undefined) throw new Error(`AssemblyScript could not compile ${folder}:\n${complaints}`);
  return compiled;
}

const header = stamp();
if (!existsSync(output) || !readFileSync(output, 'utf8').startsWith(header)) {
  // Hexadecimal keeps bytes aligned: compressed on the wire it is a fifth smaller than base64.
  const text = Buffer.from(await compile()).toString('hex');
  mkdirSync(dirname(output), { recursive: true });
  // Renamed into place: another build running beside this one never sees half a file.
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, `${header}export const kernels =\n  '${text}';\n`);
  renameSync(partial, output);
}
