/** Changing one field of a recipe, with what must change beside it. The result is checked by parseRecipe, not here. */
import { begunMethod, begunPruning } from '../../science/recipe/begun.ts';
import { fillDefaults, hasSharedRate } from '../../science/recipe/defaults.ts';
import { earlyBirdOf } from '../../science/recipe/identity.ts';
import { stableText, type Plain } from '../../science/recipe/plain.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { datasets } from '../../tasks/catalogue.ts';

/** A recipe that may be out of range: what somebody is in the middle of typing. */
export type Candidate = Plain;

/** The value at a path such as `task.train`, or undefined. */
export function read(candidate: Candidate, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Plain | undefined)?.[key], candidate);
}

/** The candidate with another value at a path. */
function write(candidate: Candidate, path: string, value: unknown): Candidate {
  const [key, ...rest] = path.split('.');
  if (rest.length === 0) return { ...candidate, [key]: value };
  const inner = candidate[key];
  return { ...candidate, [key]: write(typeof inner === 'object' && inner !== null ? (inner as Plain) : {}, rest.join('.'), value) };
}

/** What follows from a field, by path: given the changed candidate, the candidate with its companions in step. */
const companions: Readonly<Record<string, (candidate: Candidate) => Candidate>> = {
  'task.dataset': (candidate) => fitSizes(candidate, ''),
  'transfer.task.dataset': (candidate) => fitSizes(candidate, 'transfer.'),
  // Switched on, it says of itself that nothing is different yet.
  transfer: (candidate) => write(candidate, 'transfer', candidate.transfer === true ? {} : null),
  'transfer.training.optimizer.type': (candidate) =>
    write(candidate, 'transfer.training.optimizer', { type: read(candidate, 'transfer.training.optimizer.type') }),
  // Each optimiser and schedule has parameters of its own: the defaults fill them in again.
  'training.optimizer.type': (candidate) =>
    write(candidate, 'training.optimizer', {
      type: read(candidate, 'training.optimizer.type'),
      learningRate: read(candidate, 'training.optimizer.learningRate'),
    }),
  'training.schedule.type': (candidate) => {
    const type = read(candidate, 'training.schedule.type');
    const steps = Number(read(candidate, 'training.steps'));
    const milestones = [...new Set([steps / 2, (steps * 3) / 4].map((step) => Math.max(1, Math.round(step))))];
    return write(candidate, 'training.schedule', {
      type,
      warmup: read(candidate, 'training.schedule.warmup'),
      ...(type === 'step' ? { milestones, factor: 0.1 } : {}),
    });
  },
  'method.type': fitMethod,
  // What another criterion does not look at goes back to its default.
  'pruning.criterion': (candidate) => {
    const { temperature: _temperature, ...pruning } = candidate.pruning as Plain;
    return write(candidate, 'pruning', { ...pruning, ...begunPruning[String(pruning.criterion)] });
  },
  'pruning.scope': withDefaultRates,
  'pruning.structure': (candidate) => {
    const structure = read(candidate, 'pruning.structure');
    const most = Number(read(candidate, 'pruning.blockSize') ?? 4) - 1;
    const levels = Number(read(candidate, 'pruning.levels'));
    // Every level cuts one weight of each block: there are so many levels and no more.
    return withDefaultRates(structure === 'blocks' && levels > most ? write(candidate, 'pruning.levels', most) : candidate);
  },
  'pruning.rate': (candidate) => (hasSharedRate(candidate.pruning as Plain) ? withDefaultRates(candidate) : candidate),
  'rewind.weights.step': alignSchedule,
  'rewind.weights': alignSchedule,
};

/** Where one rate holds for all, the others follow it; else the defaults come back. */
function withDefaultRates(candidate: Candidate): Candidate {
  const { convRate: _conv, outputRate: _output, ...pruning } = candidate.pruning as Plain;
  return write(candidate, 'pruning', pruning);
}

/** Another data set has other numbers of examples: what is too much for it becomes its share of a usual split. */
function fitSizes(candidate: Candidate, where: '' | 'transfer.'): Candidate {
  const dataset = datasets.find(({ name }) => name === read(candidate, `${where}task.dataset`));
  if (dataset === undefined) return candidate;
  const { pool, test: own } = dataset;
  const asked = (part: string): number => Number(read(candidate, `${where}task.${part}`));
  const test = own > 0 ? Math.min(asked('test'), own) : Math.min(asked('test'), Math.floor(pool / 5));
  const left = own > 0 ? pool : pool - test;
  const validation = Math.min(asked('validation'), Math.floor(left / 8));
  const train = Math.min(asked('train'), left - validation);
  const sized = write(candidate, `${where}task`, { ...(read(candidate, `${where}task`) as Plain), train, validation, test });
  const batchSize = `${where}training.batchSize`;
  return write(sized, batchSize, Math.min(Number(read(candidate, batchSize)), train));
}

/** Arms that a method has controls for; all of them where it prunes. */
const armsOf: Readonly<Record<string, readonly string[]>> = {
  'edge-popup': ['ticket'],
  set: ['ticket', 'random-mask'],
  rigl: ['ticket', 'random-mask'],
  bernoulli: ['ticket'],
};

/** A method has settings of its own, which begin as its authors have them or by default; those that mean nothing beside it go. */
function fitMethod(candidate: Candidate): Candidate {
  const type = String(read(candidate, 'method.type'));
  const changed = write(candidate, 'method', { type, ...begunMethod[type] });
  if (type === 'early-bird') return write({ ...changed, rewind: {} }, 'pruning.levels', 1);
  const possible = Object.hasOwn(armsOf, type) ? armsOf[type] : undefined;
  if (possible === undefined) return changed;
  const arms = possible.filter((arm) => arm === 'ticket' || (read(candidate, 'arms') as readonly string[]).includes(arm));
  const {
    criterion: _criterion,
    scoredAt: _scoredAt,
    temperature: _temperature,
    signAware: _signAware,
    structure: _structure,
    ...pruning
  } = candidate.pruning as Plain;
  const fitted = { ...changed, arms, rewind: {}, pruning };
  return read(fitted, 'pruning.scope') === 'global' ? companions['pruning.scope'](write(fitted, 'pruning.scope', 'layerwise')) : fitted;
}

/** Rewound weights continue the learning-rate schedule from their own step; final weights keep to where it was. */
function alignSchedule(candidate: Candidate): Candidate {
  const step = read(candidate, 'rewind.weights.step');
  return write(candidate, 'rewind.schedule', { from: typeof step === 'number' ? step : 0 });
}

export function edited(recipe: Candidate, path: string, value: unknown): Candidate {
  const changed = write(recipe, path, value);
  return path in companions ? companions[path](changed) : changed;
}

/** What a field would be if nobody had said anything of it; undefined where it has no default. */
export function defaultOf(candidate: Candidate, path: string): unknown {
  return read(fillDefaults(write(candidate, path, undefined)), path);
}

/** Paths at which two recipes differ, lists compared as a whole. */
export function differences(one: unknown, other: unknown, path = ''): string[] {
  if (isObject(one) && isObject(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differences(one[key], other[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
}

const isObject = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields that only say how many runs there are: a session keeps its runs when they change. */
const listing = new Set(['name', 'arms', 'seeds', 'pruning.levels']);

/** Whether every run that the recipes have in common is the same run. */
export const sharesRuns = (one: Recipe, other: Recipe): boolean => differences(one, other).every((path) => listing.has(path));

/** Whether the other recipe can go on from a level of the one: the same task and network, treated differently from there. */
export const isWhatIf = (one: Recipe, other: Recipe): boolean =>
  !sharesRuns(one, other) &&
  (earlyBirdOf(other) === null || stableText(earlyBirdOf(one)) === stableText(earlyBirdOf(other))) &&
  differences(one, other).every((path) => !/^(task|model)\b/.test(path));

/** Whether tickets are drawn elsewhere from now on: then none of those that were drawn is anything to go on from. */
export const drawsAnew = (one: Recipe, other: Recipe): boolean => stableText(one.transfer) !== stableText(other.transfer);
