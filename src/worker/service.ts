/** What a worker does: opens data and an engine for a recipe, and trains runs, several at once where the engine gains from that. */
import { fastestEngine, openEngine, type EngineId, type Surroundings } from '../engines/choose.ts';
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
import type { Recipe } from '../science/recipe/schema.ts';
import { sourceRecipe, sourceSeed } from '../science/transfer.ts';
import { trainRun, type RunOutcome } from '../science/run.ts';
import type { Engine, Need, NetworkPlan, Trainer } from '../science/trainer.ts';
import type { Source } from '../tasks/load.ts';
import type { Task } from '../tasks/task.ts';
import { Data } from './data.ts';
import { Observer, type Company } from './observer.ts';
import type { LabWorker, Listener, Prepared, Setup } from './protocol.ts';
import type { Seat } from './seat.ts';
import { atFullSpeed, Tempo, type TempoSetting } from './tempo.ts';
import { Trainers } from './trainers.ts';
import { widthOf, workersOn } from './width.ts';

/** What differs between a browser and Node. */
export interface Platform extends Surroundings {
  readonly source: Source;
}

interface Opened {
  readonly id: EngineId;
  readonly engine: Engine;
  /** Workers that train at once, and runs that each trains side by side. */
  readonly workers: number;
  readonly seats: number;
}

/** A run under way. */
interface UnderWay {
  readonly pace: Pace;
  /** Null while it does not train. */
  tempo: Tempo | null;
  /** How often it lost its graphics processor. */
  losses: number;
}

const preparedOf = ({ id, engine, workers, seats }: Opened): Prepared => {
  const { name, backend, arithmeticVersion, deterministic, adapter } = engine;
  return { id, engine: { name, backend, arithmeticVersion, deterministic }, workers, seats, adapter };
};

/** What a recipe's networks are in a trainer. */
function networkPlan(recipe: Recipe, task: Task): NetworkPlan {
  const { optimizer, weightDecay, batchSize } = recipe.training;
  return { model: modelOf(recipe), task, optimizer, weightDecay, batchSize };
}

/** How often a run may lose its graphics processor before it goes on without. */
const MOST_LOSSES = 2;
const WITHOUT_GPU: EngineId = 'sparse';

export class LabService implements LabWorker {
  private opened: Opened | null = null;
  private needs: readonly Need[] = [];
  private readonly data: Data;
  private readonly trainers = new Trainers();
  private listener: Listener = () => undefined;
  private readonly underWay = new Set<UnderWay>();
  /** Losses of a graphics processor, each counted once for all runs that it stops; and when the last was got over. */
  private losses = 0;
  private recovered: Promise<void> = Promise.resolve();
  private paused = false;
  private setting = atFullSpeed;

  constructor(private readonly platform: Platform) {
    this.data = new Data(platform.source, (loadedBytes, totalBytes) => this.listener({ type: 'loading', loadedBytes, totalBytes }));
  }

  async prepare(setup: Setup, listener: Listener): Promise<Prepared> {
    this.listener = listener;
    const task = await this.data.open(setup.recipe);
    const opened = await this.choose(setup, task);
    return preparedOf(opened);
  }

  /** A run whose graphics processor is lost begins again on a new one, and if that goes too, on an engine that needs none. */
  async run(request: RunRequest): Promise<RunOutcome> {
    const one: UnderWay = { pace: new Pace(), tempo: null, losses: 0 };
    if (this.paused) one.pace.pause();
    this.underWay.add(one);
    try {
      for (;;) {
        const { losses } = this;
        try {
          return await this.attempt(request, one);
        } catch (error) {
          if (!(error instanceof DeviceLost)) throw error;
          await this.recover(losses, error);
          this.tellRestarted(request);
        }
      }
    } finally {
      this.underWay.delete(one);
    }
  }

  /** Whoever is first to hear of a loss gets over it for all; `seen` is how many there had been when the run began. */
  private recover(seen: number, cause: DeviceLost): Promise<void> {
    if (seen < this.losses) return this.recovered;
    this.losses++;
    this.trainers.abandon(cause);
    for (const one of this.underWay) one.losses++;
    const most = Math.max(...[...this.underWay].map(({ losses }) => losses));
    if (most > MOST_LOSSES) this.recovered = Promise.reject(cause);
    else this.recovered = most === MOST_LOSSES ? this.goOnWithout(cause) : Promise.resolve();
    return this.recovered;
  }

  private async goOnWithout(cause: DeviceLost): Promise<void> {
    const engine = await openEngine(WITHOUT_GPU, this.platform);
    // A run of another arithmetic would be another run, which nobody waits for.
    const isOther = engine.arithmeticVersion !== this.opened?.engine.arithmeticVersion;
    if (isOther || engine.missing(this.needs).length > 0) {
      engine.dispose();
      throw cause;
    }
    this.opened?.engine.dispose();
    this.opened = { id: WITHOUT_GPU, engine, workers: 1, seats: 1 };
  }

  private tellRestarted({ run }: RunRequest): void {
    if (this.opened === null) return;
    const { arm, level } = run;
    const { id } = this.opened;
    const message = id === WITHOUT_GPU ? m.engines_gpu_elsewhere({ arm, level, engine: id }) : m.engines_gpu_again({ arm, level });
    this.listener({ type: 'restarted', run, prepared: preparedOf(this.opened), message });
  }

  private async attempt(request: RunRequest, one: UnderWay): Promise<RunOutcome> {
    const { plan, run, ancestors, keep } = request;
    const recipe = recipeAt(plan, run.level);
    const model = modelOf(recipe);
    const slopes = await this.slopesFor(request, model);
    const { task, split, batches } = await this.data.of(recipe, run.seed);
    const drawing = draw(plan, model, run, ancestors, slopes);
    const { seat, trainee } = await this.traineeFor(recipe, run.level, drawing, task);
    try {
      const { engine } = this.engine;
      const tempo = new Tempo(one.pace, this.setting);
      one.tempo = tempo;
      // What most recipes never need is fetched when one does.
      const learning =
        recipe.method.type === 'prune'
          ? { drawing }
          : (await import('../science/learners.ts')).learnerOf(plan, model, run, drawing, batches);
      const listener = listenerFor(request, this.listener);
      const { underWay } = this;
      const company: Company = {
        get runs() {
          return underWay.size;
        },
        get waited() {
          return seat.waited;
        },
        get stepMs() {
          return seat.stepMs;
        },
      };
      const learner = 'learner' in learning ? learning.learner : undefined;
      const observer = new Observer(model, request, drawing, trainee, listener, tempo, company, learner);
      const key = runKey(plan, run, engine.arithmeticVersion);
      const job = { key, recipe, model, run, drawing, task, split, batches, keep };
      return await trainRun(trainee, engine, { ...job, ...learning }, one.pace, observer);
    } finally {
      one.tempo = null;
      seat.giveBack();
    }
  }

  setTempo(setting: TempoSetting): Promise<void> {
    this.setting = setting;
    for (const { tempo } of this.underWay) tempo?.set(setting);
    return Promise.resolve();
  }

  pause(): Promise<void> {
    this.paused = true;
    for (const { pace } of this.underWay) pace.pause();
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.paused = false;
    for (const { pace } of this.underWay) pace.resume();
    return Promise.resolve();
  }

  cancel(): Promise<void> {
    this.paused = false;
    for (const { pace } of this.underWay) pace.cancel();
    return Promise.resolve();
  }

  /** What a run's criterion looks at, measured where its mask is drawn; null where it looks at weights alone. */
  private async slopesFor({ plan, run, ancestors }: RunRequest, model: Model): Promise<Slopes | null> {
    const scored = slopesAt(plan, model, run, ancestors);
    if (scored === null || ancestors === null) return null;
    const own = recipeAt(plan, run.level);
    const recipe = sourceRecipe(own) ?? own;
    const seed = sourceSeed(own, run.seed);
    const { task, split, batches } = await this.data.of(recipe, seed);
    const examples = await scoringExamples(task, split.train, recipe.pruning.examplesPerClass, seed);
    const seat = await this.seatFor(recipe, task);
    try {
      return await measureSlopes(seat.trainer, model, recipe.pruning, scored, ancestors.parent.mask, batches, examples);
    } finally {
      seat.giveBack();
    }
  }

  private async choose({ recipe, engine: choice, workers = 1 }: Setup, task: Task): Promise<Opened> {
    const width = widthOf(recipe);
    const plan = networkPlan(recipe, task);
    const seatsIn = (engine: Engine): number => Math.min(width, engine.capacity(plan));
    const opened = (id: EngineId, engine: Engine): Opened => {
      this.opened = { id, engine, workers: workersOn(engine, workers, width), seats: seatsIn(engine) };
      return this.opened;
    };
    this.needs = needsOf(recipe);
    if (choice !== 'auto' && this.opened?.id === choice) {
      requireNeeds(this.opened.engine, choice, this.needs);
      return opened(choice, this.opened.engine);
    }
    this.trainers.drop();
    this.opened?.engine.dispose();
    this.opened = null;
    if (choice === 'auto') {
      const time = async (engine: Engine): Promise<number> => {
        const { millisecondsAStep } = await import('./race.ts');
        return (await millisecondsAStep(engine, recipe, task, seatsIn(engine))) / workersOn(engine, workers, width);
      };
      const { id, engine } = await fastestEngine(this.needs, this.platform, time);
      return opened(id, engine);
    }
    const engine = await openEngine(choice, this.platform);
    requireNeeds(engine, choice, this.needs);
    return opened(choice, engine);
  }

  private get engine(): Opened {
    if (this.opened === null) throw new Error('a worker is prepared before it runs');
    return this.opened;
  }

  /** A seat beside the other runs of the same network and data; there are at most `alike` of them. */
  private async seatFor(recipe: Recipe, task: Task, alike = Infinity): Promise<Seat> {
    // A seat on what is being replaced would be lost with it.
    await this.recovered.catch(() => undefined);
    const { engine, seats } = this.engine;
    // Corrupted data are one seed's own.
    const ofData = recipe.task.corrupt === 'none' ? Infinity : recipe.arms.length;
    return this.trainers.take(engine, networkPlan(recipe, task), Math.min(seats, ofData, alike));
  }

  /** A trainer of the whole network, or where whole units were cut one of the smaller network; fetched when one is needed. */
  private async traineeFor(recipe: Recipe, level: number, drawing: Drawing, task: Task): Promise<{ seat: Seat; trainee: Trainer }> {
    const whole = async () => {
      const seat = await this.seatFor(recipe, task);
      return { seat, trainee: seat.trainer };
    };
    if (level === 0 || recipe.pruning.structure !== 'neurons') return whole();
    const { ShrunkTrainer, shrinkingOf } = await import('../science/shrink.ts');
    const model = modelOf(recipe);
    const shrinking = shrinkingOf(recipe, model, drawing);
    if (shrinking === null) return whole();
    // Where layers compete for their units, each run is left with a shape of its own.
    const seat = await this.seatFor(shrinking.recipe, task, recipe.pruning.scope === 'global' ? 1 : Infinity);
    return { seat, trainee: new ShrunkTrainer(seat.trainer, shrinking.places, model) };
  }
}

/** Of a run for the sake of its mask, only how far it is. */
const listenerFor = ({ isSource = false }: RunRequest, listener: Listener): Listener =>
  isSource ? (event) => event.type === 'progress' && listener({ ...event, type: 'source' }) : listener;
