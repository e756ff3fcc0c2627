/** A folder that needs nothing but Linux and a Vulkan driver: Node itself, the package's own file, and the script as one. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'vite';
import { softwareGpu } from '../../tests/support/dawn.ts';

const NAME = 'lottery-ticket-card';
const MOST_BYTES = 50e6;

/** The Vulkan loader comes along where this machine has one to copy: drivers are often installed without. */
const start = `#!/bin/sh
# Measures this machine's graphics card: ./run --json report.json
here=$(dirname "$0")
ldconfig -p 2>/dev/null | grep -q libvulkan.so.1 || export LD_LIBRARY_PATH="$here/lib:$LD_LIBRARY_PATH"
exec "$here/node" "$here/card.mjs" "$@"
`;

/** Writes a `.tar.xz`. Throws where the machine is no Linux, the package is missing or the pack grew too large. */
export async function packCard(file: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('--pack copies this machine’s Node: it is for Linux');
  const package_ = dirname(createRequire(import.meta.url).resolve('webgpu'));
  const work = mkdtempSync(join(tmpdir(), `${NAME}-`));
  try {
    const folder = join(work, NAME);
    mkdirSync(join(folder, 'lib'), { recursive: true });
    await build({
      configFile: false,
      root: resolve(import.meta.dirname, '../..'),
      logLevel: 'error',
      ssr: { noExternal: true, external: ['webgpu'] },
      build: {
        ssr: 'scripts/card.ts',
        outDir: folder,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: 'card.mjs', codeSplitting: false } },
      },
    });
    const module = join(folder, 'node_modules/webgpu');
    const platform = `dist/${process.platform}-${process.arch}`;
    mkdirSync(join(module, platform), { recursive: true });
    for (const part of ['package.json', 'index.js', 'LICENSE', join(platform, 'dawn.node')])
      if (existsSync(join(package_, part))) copyFileSync(join(package_, part), join(module, part));
    const loader = join(softwareGpu()?.LD_LIBRARY_PATH ?? '', 'libvulkan.so.1');
    if (existsSync(loader)) copyFileSync(loader, join(folder, 'lib/libvulkan.so.1'));
    copyFileSync(process.execPath, join(folder, 'node'));
    writeFileSync(join(folder, 'run'), start);
    for (const program of ['node', 'run']) chmodSync(join(folder, program), 0o755);
    execFileSync('tar', ['-cJf', resolve(file), '-C', work, NAME], { env: { ...process.env, XZ_OPT: '-9 -T0' } });
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`${file} has ${(size / 1e6).toFixed(1)} MB, more than ${MOST_BYTES / 1e6}`);
    console.log(`${file}: ${(size / 1e6).toFixed(1)} MB; unpack it, then ./${NAME}/run --json report.json`);
  } finally {
    rmSync(work, { recursive: true });
  }
}
