/**
 * V8's compilers, each of which can be made to do all the work, and what each did: V8 itself tells, under
 * `--allow-natives-syntax`. A switch that it does not know, or that no longer does what it did, is noticed.
 */
import { cos, exp, log } from '../../../src/numerics/elementary.ts';

/** Switches that leave WebAssembly to one compiler. */
const kernelSwitches = { liftoff: ['--liftoff-only'], turbofan: ['--no-liftoff'] } as const;

/** Switches that leave scripts to one compiler, or to the interpreter, Ignition, alone. Compilers that optimise wait until code is hot. */
const scriptSwitches = {
  ignition: ['--no-turbofan', '--no-maglev', '--no-sparkplug'],
  sparkplug: ['--no-turbofan', '--no-maglev', '--always-sparkplug'],
  maglev: ['--no-turbofan', '--maglev'],
  turbofan: ['--no-maglev', '--no-sparkplug'],
} as const;

export type KernelTier = keyof typeof kernelSwitches;
export type ScriptTier = keyof typeof scriptSwitches;

/** Which compilers are to do the work. */
export interface Tiers {
  readonly kernels: KernelTier;
  readonly scripts: ScriptTier;
}

export const switchesOf = ({ kernels, scripts }: Tiers): readonly string[] => [...kernelSwitches[kernels], ...scriptSwitches[scripts]];

/** Whose code ran: of every kernel, and of elementary functions that every run needs. */
export interface Ran {
  readonly kernels: readonly (KernelTier | 'none')[];
  readonly scripts: readonly (ScriptTier | 'none')[];
}

type Code = (...args: never[]) => unknown;

/** A function of V8's own. Throws a SyntaxError where V8 was not told to lend it. */
function native(name: string): (code: Code) => boolean {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- no TypeScript and no bundler reads this syntax
  return new Function('code', `return %${name}(code)`) as (code: Code) => boolean;
}

/** A kernel that never ran was never compiled either, and has none. */
function kernelTier(code: Code): KernelTier | 'none' {
  if (native('IsLiftoffFunction')(code)) return 'liftoff';
  return native('IsTurboFanFunction')(code) ? 'turbofan' : 'none';
}

function scriptTier(code: Code): ScriptTier | 'none' {
  const is = (name: string): boolean => native(`ActiveTierIs${name}`)(code);
  if (is('Ignition')) return 'ignition';
  if (is('Sparkplug')) return 'sparkplug';
  if (is('Maglev')) return 'maglev';
  return is('Turbofan') ? 'turbofan' : 'none';
}

const distinct = <Value>(values: readonly Value[]): Value[] => [...new Set(values)].sort();

/** Sees the kernels that `work` instantiates; tells whose code they are once it is done. */
export async function watched<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value; readonly ran: Ran }> {
  const { Instance } = WebAssembly;
  const instances: WebAssembly.Instance[] = [];
  WebAssembly.Instance = class extends Instance {
    constructor(...args: ConstructorParameters<typeof Instance>) {
      super(...args);
      instances.push(this);
    }
  };
  try {
    const value = await work();
    const kernels = instances.flatMap(({ exports }) => Object.values(exports).filter((one): one is Code => typeof one === 'function'));
    return { value, ran: { kernels: distinct(kernels.map(kernelTier)), scripts: distinct([cos, exp, log].map(scriptTier)) } };
  } finally {
    WebAssembly.Instance = Instance;
  }
}
