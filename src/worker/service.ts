/** What a worker does: opens data and an engine for a recipe, and trains one run after another. */
import { fastestEngine, openEngine, type EngineId, type WasmPaths } from '../engines/choose.ts';
import { DeviceLost } from '../engines/lost.ts';
import { Pace } from '../engines/pace.ts';
import { requireNeeds } from '../engines/require.ts';
import type { Model } from '../models/model.ts';
import { m } from '../paraglide/messages.js';
import { draw, slopesAt, type Drawing } from '../science/draw.ts';
import type { RunRequest } from '../science/experiment.ts';
import { recipeAt } from '../science/plan.ts';
import { measureSlopes, scoringExamples, type Slopes } from '../science/prune/slopes.ts';
import { runKey } from '../science/recipe/identity.ts';
import { modelOf } from '../science/recipe/model.ts';
import { needsOf } from '../science/recipe/needs.ts';
import { stableText } from '../science/recipe/plain.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import { sourceRecipe, sourceSeed } from '../science/transfer.ts';
import type { RunId } from '../science/result.ts';
import { trainRun, type RunOutcome } from '../science/run.ts';
import type { Engine, Trainer } from '../science/trainer.ts';
import { batchesOf } from '../tasks/batches.ts';
import { openTask, type Source } from '../tasks/load.ts';
import { corrupted } from '../tasks/corrupt.ts';
import { splitFor } from '../tasks/split.ts';
import type { Batches, Split, Task } from '../tasks/task.ts';
import { Observer } from './observer.ts';
import type { LabWorker, Listener, Prepared, Setup } from './protocol.ts';
import { millisecondsAStep } from './race.ts';
import { Recent } from './recent.ts';
import { atFullSpeed, Tempo, type TempoSetting } from './tempo.ts';

/** What differs between a browser and Node. */
export interface Platform {
  readonly source: Source;
  readonly wasmPaths?: WasmPaths;
}

/** A trainer, the plan it was made for as text, and its data. */
interface Fitted {
  readonly plan: string;
  readonly task: Task;
  readonly trainer: Trainer;
}

interface Opened {
  readonly id: EngineId;
  readonly engine: Engine;
}

const preparedOf = ({ id, engine }: Opened): Prepared => {
  const { name, backend, arithmeticVersion, deterministic, adapter } = engine;
  return { id, engine: { name, backend, arithmeticVersion, deterministic }, adapter };
};

/** How often a run may lose its graphics processor before it goes on without. */
const MOST_LOSSES = 2;
const WITHOUT_GPU: EngineId = 'sparse';

export class LabService implements LabWorker {
  private opened: Opened | null = null;
  private readonly tasks = new Recent<Task>();
  private readonly corruptions = new Recent<Task>();
  private fitted: Fitted | null = null;
  private listener: Listener = () => undefined;
  private pace: Pace | null = null;
  private paused = false;
  private tempo: Tempo | null = null;
  private setting = atFullSpeed;

  constructor(private readonly platform: Platform) {}

  async prepare({ recipe, engine }: Setup, listener: Listener): Promise<Prepared> {
    this.listener = listener;
    const task = await this.open(recipe);
    const opened = await this.choose(recipe, engine, task);
    return preparedOf(opened);
  }

  /** A run whose graphics processor is lost begins again on a new one, and if that goes too, on an engine that needs none. */
  async run(request: RunRequest): Promise<RunOutcome> {
    for (let losses = 1; ; losses++) {
      try {
        return await this.attempt(request);
      } catch (error) {
        if (!(error instanceof DeviceLost) || losses > MOST_LOSSES) throw error;
        this.dropTrainer();
        await this.recover(request, losses, error);
      }
    }
  }

  private async recover({ plan, run }: RunRequest, losses: number, cause: DeviceLost): Promise<void> {
    const { arm, level } = run;
    let message = m.engines_gpu_again({ arm, level });
    if (losses === MOST_LOSSES) {
      const engine = await openEngine(WITHOUT_GPU, this.platform.wasmPaths);
      if (engine.missing(needsOf(recipeAt(plan, level))).length > 0) {
        engine.dispose();
        throw cause;
      }
      this.opened?.engine.dispose();
      this.opened = { id: WITHOUT_GPU, engine };
      message = m.engines_gpu_elsewhere({ arm, level, engine: WITHOUT_GPU });
    }
    if (this.opened !== null) this.listener({ type: 'restarted', run, prepared: preparedOf(this.opened), message });
  }

  private async attempt(request: RunRequest): Promise<RunOutcome> {
    if (this.opened === null) throw new Error('a worker is prepared before it runs');
    const { engine } = this.opened;
    const { plan, run, ancestors, keep } = request;
    const recipe = recipeAt(plan, run.level);
    const model = modelOf(recipe);
    const slopes = await this.slopesFor(engine, request, model);
    const { task, split, batches } = await this.dataFor(recipe, run.seed);
    const trainer = await this.trainerFor(engine, recipe, task);
    const drawing = draw(plan, model, run, ancestors, slopes);
    const trainee = await this.traineeFor(engine, recipe, run, drawing, trainer, task);
    this.pace = new Pace();
    if (this.paused) this.pace.pause();
    this.tempo = new Tempo(this.pace, this.setting);
    // What most recipes never need is fetched when one does.
    const learning =
      recipe.method.type === 'prune' ? { drawing } : (await import('../science/learners.ts')).learnerOf(plan, model, run, drawing, batches);
    const listener = listenerFor(request, this.listener);
    const observer = new Observer(
      model,
      request,
      drawing,
      trainee,
      listener,
      this.tempo,
      'learner' in learning ? learning.learner : undefined,
    );
    const key = runKey(plan, run, engine.arithmeticVersion);
    try {
      const job = { key, recipe, model, run, drawing, task, split, batches, keep };
      return await trainRun(trainee, engine, { ...job, ...learning }, this.pace, observer);
    } finally {
      this.pace = null;
      this.tempo = null;
    }
  }

  setTempo(setting: TempoSetting): Promise<void> {
    this.setting = setting;
    this.tempo?.set(setting);
    return Promise.resolve();
  }

  pause(): Promise<void> {
    this.paused = true;
    this.pace?.pause();
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.paused = false;
    this.pace?.resume();
    return Promise.resolve();
  }

  cancel(): Promise<void> {
    this.paused = false;
    this.pace?.cancel();
    return Promise.resolve();
  }

  /** What a run's criterion looks at, measured where its mask is drawn; null where it looks at weights alone. */
  private async slopesFor(engine: Engine, { plan, run, ancestors }: RunRequest, model: Model): Promise<Slopes | null> {
    const scored = slopesAt(plan, model, run, ancestors);
    if (scored === null || ancestors === null) return null;
    const own = recipeAt(plan, run.level);
    const recipe = sourceRecipe(own) ?? own;
    const seed = sourceSeed(own, run.seed);
    const { task, split, batches } = await this.dataFor(recipe, seed);
    const trainer = await this.trainerFor(engine, recipe, task);
    const { criterion, examplesPerClass } = recipe.pruning;
    const examples = await scoringExamples(task, split.train, examplesPerClass, seed);
    return measureSlopes(trainer, criterion, scored, ancestors.parent.mask, batches, examples);
  }

  /** What a seed trains, validates and tests on, in its order. */
  private async dataFor(recipe: Recipe, seed: number): Promise<{ task: Task; split: Split; batches: Batches }> {
    const split = splitFor(recipe.task.dataset, recipe.task, seed);
    const opened = await this.open(recipe);
    const task = await this.corruptions.get(stableText([recipe.task, seed]), () => corrupted(opened, recipe.task.corrupt, split, seed));
    return { task, split, batches: batchesOf(split.train, recipe.training.batchSize, seed) };
  }

  /** The recipe's data, opened once. */
  private open({ task }: Recipe): Promise<Task> {
    const { corrupt, ...asked } = task;
    return this.tasks.get(stableText(asked), () =>
      openTask(asked, this.platform.source, (loadedBytes, totalBytes) => this.listener({ type: 'loading', loadedBytes, totalBytes })),
    );
  }

  private async choose(recipe: Recipe, choice: Setup['engine'], task: Task): Promise<Opened> {
    const needs = needsOf(recipe);
    if (choice !== 'auto' && this.opened?.id === choice) {
      requireNeeds(this.opened.engine, choice, needs);
      return this.opened;
    }
    this.dropTrainer();
    this.opened?.engine.dispose();
    this.opened = null;
    if (choice === 'auto') {
      this.opened = await fastestEngine(needs, this.platform.wasmPaths, (engine) => millisecondsAStep(engine, recipe, task));
    } else {
      const engine = await openEngine(choice, this.platform.wasmPaths);
      requireNeeds(engine, choice, needs);
      this.opened = { id: choice, engine };
    }
    return this.opened;
  }

  /** The trainer of the last run where it fits this recipe too: its memory and compiled programs are used again. */
  private async trainerFor(engine: Engine, recipe: Recipe, task: Task): Promise<Trainer> {
    const { optimizer, weightDecay, batchSize } = recipe.training;
    const plan = stableText([recipe.model, optimizer, weightDecay, batchSize]);
    if (this.fitted?.plan !== plan || this.fitted.task !== task) {
      this.dropTrainer();
      const trainer = await engine.createTrainer({ model: modelOf(recipe), task, optimizer, weightDecay, batchSize, networks: 1 });
      this.fitted = { plan, task, trainer };
    }
    return this.fitted.trainer;
  }

  /** The trainer, or where whole units were cut one of the smaller network; fetched when one is needed. */
  private async traineeFor(
    engine: Engine,
    recipe: Recipe,
    { level }: RunId,
    drawing: Drawing,
    trainer: Trainer,
    task: Task,
  ): Promise<Trainer> {
    if (level === 0 || recipe.pruning.structure !== 'neurons') return trainer;
    const { ShrunkTrainer, shrinkingOf } = await import('../science/shrink.ts');
    const model = modelOf(recipe);
    const shrinking = shrinkingOf(recipe, model, drawing);
    if (shrinking === null) return trainer;
    return new ShrunkTrainer(await this.trainerFor(engine, shrinking.recipe, task), shrinking.places, model);
  }

  private dropTrainer(): void {
    this.fitted?.trainer.dispose();
    this.fitted = null;
  }
}

/** Of a run for the sake of its mask, only how far it is. */
const listenerFor = ({ isSource = false }: RunRequest, listener: Listener): Listener =>
  isSource ? (event) => event.type === 'progress' && listener({ ...event, type: 'source' }) : listener;
