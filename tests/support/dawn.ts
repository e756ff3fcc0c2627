/**
 * WebGPU in Node on a machine without a graphics card: the Vulkan loader and SwiftShader lie beside every Chromium. The
 * dynamic linker reads where they are when a process starts, so who uses them is a child process.
 */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import { onPath, systemNames } from './browser.ts';

const ICD = 'vk_swiftshader_icd.json';

/** Where Linux keeps a system's Chromium, whose command may be a script elsewhere. */
const systemFolders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

/** What a child process needs in its environment; null where the optional package `webgpu` or a SwiftShader is missing. */
export function softwareGpu(): NodeJS.ProcessEnv | null {
  if (!isInstalled('webgpu')) return null;
  const beside = [...onPath(systemNames), chromium.executablePath()].filter(existsSync).map((path) => dirname(realpathSync(path)));
  const folder = [...beside, ...systemFolders].find((path) => [ICD, 'libvulkan.so.1'].every((file) => existsSync(join(path, file))));
  if (folder === undefined) return null;
  return { ...process.env, VK_ICD_FILENAMES: join(folder, ICD), LD_LIBRARY_PATH: folder };
}
