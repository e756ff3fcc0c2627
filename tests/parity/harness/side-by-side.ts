/** A whole experiment on the webgpu engine as the lab's worker conducts it: one run at a time, and side by side. */
import { conduct, type Laboratory } from '../../../src/science/experiment.ts';
import { planOf } from '../../../src/science/plan.ts';
import type { Recipe } from '../../../src/science/recipe/schema.ts';
import type { Source } from '../../../src/tasks/load.ts';
import type { WorkerEvent } from '../../../src/worker/protocol.ts';
import { LabService } from '../../../src/worker/service.ts';
import { MemoryNotebook } from '../../unit/science/notebook.ts';

export interface Order {
  readonly recipe: Recipe;
  /** Whether each run waits for the one before it. */
  readonly oneAtATime: boolean;
  /** How often the device is taken away, each time once so many runs are under way and trained for a while. */
  readonly losses: number;
}

export interface Conducted {
  readonly seats: number;
  /** By run key. */
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly engines: readonly string[];
  /** Messages of runs that began again. */
  readonly restarts: readonly string[];
  /** Devices that were opened. */
  readonly devices: number;
  /** Most runs under way at once that had told of their progress. */
  readonly together: number;
  readonly milliseconds: number;
}

/** Generated data need none. */
const nowhere: Source = { read: () => Promise.reject(new Error('no data here')) };

/** The devices that are opened from here on. */
function keptDevices(): readonly GPUDevice[] {
  const devices: GPUDevice[] = [];
  const property = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'requestDevice');
  const requestDevice = property?.value as (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) => Promise<GPUDevice>;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  return devices;
}

export async function conductRecipe({ recipe, oneAtATime, losses }: Order): Promise<Conducted> {
  const devices = keptDevices();
  const service = new LabService({ source: nowhere });
  const restarts: string[] = [];
  /** Runs under way and how far they are. */
  const positions = new Map<string, number>();
  let [together, lost] = [0, 0];
  const hear = (event: WorkerEvent): void => {
    if (event.type === 'restarted') {
      restarts.push(event.message);
      positions.delete(JSON.stringify(event.run));
    }
    if (event.type !== 'progress') return;
    positions.set(JSON.stringify(event.run), event.position);
    together = Math.max(together, positions.size);
    const isBusy = positions.size === recipe.arms.length * recipe.seeds.length && [...positions.values()].every((position) => position > 1);
    if (!isBusy || lost >= losses) return;
    lost++;
    devices.at(-1)?.destroy();
    positions.clear();
  };
  const { seats, engine } = await service.prepare({ recipe, engine: 'webgpu' }, hear);
  const notebook = new MemoryNotebook();
  let before: Promise<unknown> = Promise.resolve();
  const laboratory: Laboratory = {
    arithmeticVersion: engine.arithmeticVersion,
    run(request) {
      const run = async () => {
        const outcome = await service.run(request);
        positions.delete(JSON.stringify(request.run));
        return outcome;
      };
      const outcome = oneAtATime ? before.then(run) : run();
      before = outcome.catch(() => undefined);
      return outcome;
    },
  };
  const began = performance.now();
  await conduct(planOf(recipe), laboratory, notebook, () => undefined);
  const milliseconds = performance.now() - began;
  const results = [...notebook.outcomes.values()].map(({ result }) => result);
  return {
    seats,
    fingerprints: Object.fromEntries(results.map(({ key, fingerprint }) => [key, fingerprint])),
    engines: [...new Set(results.map((result) => result.engine.name))],
    ...{ restarts, devices: devices.length, together, milliseconds },
  };
}
