/**
 * Compiles the sparse engine's kernels from AssemblyScript to modules that hold the WebAssembly as text, so that they
 * load alike in Node and in a browser's worker, without a fetch of their own. Skips what is up to date.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'src/engines/sparse/kernels';
const generated = 'src/engines/sparse/generated';
/** What each module exports; both work on one memory. */
const entries = ['for-all.ts', 'for-images.ts'];
const [binary, listing] = ['kernels.wasm', 'kernels.wat'];

/** No relaxed SIMD, no threads, no fused multiply-add: the same bits on every machine. */
const options = [
  ...['--outFile', binary, '--textFile', listing, '--runtime', 'stub', '--enable', 'simd', '--disable', 'mutable-globals', '--noAssert'],
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

async function compile(entry: string): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  const written = new Map<string, string | Uint8Array>();
  let complaints = '';
  const { error } = await asc.main([entry, ...options], {
    readFile: (name, base) => {
      const path = join(folder, base, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (name, contents) => void written.set(name, contents),
    listFiles: () => null,
    stderr: { write: (chunk) => void (complaints += chunk.toString()) },
  });
  const [compiled, text] = [written.get(binary), written.get(listing)];
  if (error !== null || !(compiled instanceof Uint8Array) || typeof text !== 'string')
    throw new Error(`AssemblyScript could not compile ${join(folder, entry)}:\n${complaints}`);
  // Each module would put its own at the same place in the memory that they share.
  if (text.includes('(data ')) throw new Error(`${join(folder, entry)} has constants in memory, where those of the other module lie.`);
  return compiled;
}

const header = stamp();
for (const entry of entries) {
  const output = join(generated, entry);
  if (existsSync(output) && readFileSync(output, 'utf8').startsWith(header)) continue;
  // Hexadecimal keeps bytes aligned: compressed on the wire it is a fifth smaller than base64.
  const text = Buffer.from(await compile(entry)).toString('hex');
  mkdirSync(generated, { recursive: true });
  // Renamed into place: another build running beside this one never sees half a file.
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, `${header}export const kernels =\n  '${text}';\n`);
  renameSync(partial, output);
}
