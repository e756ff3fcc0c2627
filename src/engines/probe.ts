/** Which of the tfjs backends this machine can run, as a worker or Node sees it. Loads no tensor library. */

/** In order of preference. */
const backends = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type TfjsBackend = (typeof backends)[number];

/** What a WebGPU adapter says of itself; browsers leave out what they like. */
interface AdapterFacts {
  readonly isFallbackAdapter?: boolean;
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
}

/** What a WebGL 2 context says of itself. */
interface WebglFacts {
  /** Unmasked where the browser tells, empty where it does not. */
  readonly renderer: string;
  /** Whether 32-bit float textures can be drawn to; without them weights would be rounded to 16 bits. */
  readonly floatTargets: boolean;
}

/** Graphics cards made of software: slower than the WASM backend and no GPU at all. */
const software = /swiftshader|llvmpipe|softpipe|lavapipe|basic render|software/i;

/** What gives WebGPU adapters: a browser's `navigator.gpu`, or what stands in for it. */
export type Adapters = Pick<GPU, 'requestAdapter'>;

/** The host's own; undefined where it has none. */
export const hostAdapters = (): Adapters | undefined => (globalThis as { readonly navigator?: { readonly gpu?: Adapters } }).navigator?.gpu;

export function isGpu(adapter: AdapterFacts): boolean {
  if (adapter.isFallbackAdapter === true) return false;
  return ![adapter.vendor, adapter.architecture, adapter.device, adapter.description].some((name) => software.test(name ?? ''));
}

export const isUsableWebgl = ({ renderer, floatTargets }: WebglFacts): boolean => floatTargets && !software.test(renderer);

/** The backends that run here at a worthwhile speed, best first; `cpu` is always among them. Never rejects. */
export async function usableBackends(): Promise<readonly TfjsBackend[]> {
  const usable: Record<TfjsBackend, boolean> = {
    webgpu: await hasGpu(hostAdapters()),
    webgl: hasWebgl(),
    wasm: typeof WebAssembly === 'object',
    cpu: true,
  };
  return backends.filter((backend) => usable[backend]);
}

/** Whether there is an adapter that is a real graphics card. Never rejects. */
export async function hasGpu(adapters: Adapters | undefined): Promise<boolean> {
  if (adapters === undefined) return false;
  try {
    const adapter = await adapters.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return false;
    const { isFallbackAdapter } = adapter as { readonly isFallbackAdapter?: boolean };
    const info: AdapterFacts = adapter.info;
    return isFallbackAdapter !== true && isGpu(info);
  } catch {
    return false;
  }
}

function hasWebgl(): boolean {
  if (typeof OffscreenCanvas === 'undefined') return false;
  try {
    const gl = new OffscreenCanvas(1, 1).getContext('webgl2', { failIfMajorPerformanceCaveat: true });
    if (gl === null) return false;
    const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
    const renderer: unknown = gl.getParameter(unmasked ?? gl.RENDERER);
    const floatTargets = gl.getExtension('EXT_color_buffer_float') !== null;
    gl.getExtension('WEBGL_lose_context')?.loseContext();
    return isUsableWebgl({ renderer: typeof renderer === 'string' ? renderer : '', floatTargets });
  } catch {
    return false;
  }
}
