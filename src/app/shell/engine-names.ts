/** What engines are called. */
import { m } from '../../paraglide/messages.js';
import type { EngineChoice } from '../../worker/protocol.ts';

export const engineNames: Readonly<Record<EngineChoice, () => string>> = {
  auto: m.app_engine_auto,
  sparse: () => 'sparse',
  webgpu: () => 'webgpu',
  'webgpu-f16': () => 'webgpu · 16 bit',
  'tfjs-webgpu': () => 'tfjs · WebGPU',
  'tfjs-webgl': () => 'tfjs · WebGL',
  'tfjs-wasm': () => 'tfjs · WASM',
  'tfjs-cpu': () => 'tfjs · CPU',
};
