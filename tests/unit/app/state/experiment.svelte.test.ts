/** An experiment as the page conducts it, trained here on the sparse engine. */
import { expect, it } from 'vitest';
import { Experiment } from '../../../../src/app/state/experiment.svelte.ts';
import { planOf } from '../../../../src/science/plan.ts';
import type { RunId, RunResult } from '../../../../src/science/result.ts';
import { FileSource } from '../../../../src/worker/node-source.ts';
import { LabService } from '../../../../src/worker/service.ts';
import type { OpenLab } from '../../../../src/worker/client.ts';
import { MemoryNotebook } from '../../science/notebook.ts';
import { tinyRecipe } from '../../science/recipes.ts';

const nothing = (): void => undefined;

const openLab: OpenLab = async (setup, listener) => {
  const service = new LabService({ source: new FileSource(new URL('../../../../datasets/', import.meta.url)) });
  const { engine } = await service.prepare(setup, listener);
  return {
    ...{ engine, arithmeticVersion: engine.arithmeticVersion, run: (request) => service.run(request) },
    ...{ pause: nothing, resume: nothing, setTempo: nothing, cancel: nothing, dispose: nothing },
  };
};

it('shows a run as it trained until its result is known, so that there is never nothing to see', async () => {
  const recipe = tinyRecipe({ pruning: { levels: 2 }, arms: ['ticket', 'random-mask'] });
  const gaps: RunId[] = [];
  const known: RunResult[] = [];
  const notebook = new MemoryNotebook();
  const experiment: Experiment = new Experiment({
    openLab,
    schedule: (draw) => draw(),
    now: () => performance.now(),
    listeners: {
      finished: (result) => {
        if (experiment.live.find(result) === undefined) gaps.push(result);
        known.push(result);
      },
      ...{ trained: nothing, restarted: nothing, diverged: nothing, divergence: () => undefined },
      failed: (error) => {
        throw error;
      },
    },
  });
  await experiment.start(planOf(recipe), 'sparse', notebook, Infinity);
  expect(known).toHaveLength(5);
  expect(gaps).toEqual([]);
  expect(experiment.live.runs).toEqual([]);
});
