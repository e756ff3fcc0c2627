/** What the fields of a recipe must mean together; one small rule each. */
import { m } from '../../paraglide/messages.js';
import { checkSizes, findDataset } from '../../tasks/catalogue.ts';
import { LabError } from '../errors.ts';
import { MOST_EPOCHS } from '../early-bird/settling.ts';
import { lastUpdate } from '../dynamic/rewire.ts';
import { criteria } from '../prune/criteria.ts';
import { rateAt } from '../schedules.ts';
import { sourceRecipe } from '../transfer.ts';
import { hasSharedRate } from './defaults.ts';
import { epochSteps, isCut } from './method.ts';
import { modelOf } from './model.ts';
import { stableText } from './plain.ts';
import type { Recipe } from './schema.ts';

/** Largest network, in parameters: 80 MB of float32, with Adam's moments three times that. */
const MAX_PARAMETERS = 20_000_000;

/** Share of the learning rate below which a network stays as good as it was. */
const LEAST_SHARE = 1e-5;

/** Throws a LabError whose subject is the path of the field at fault. */
export function checkRecipe(recipe: Recipe): void {
  checkSizes(findDataset(recipe.task.dataset), recipe.task);
  checkNetwork(recipe);
  checkTraining(recipe);
  checkPruning(recipe);
  checkStructure(recipe);
  checkRewind(recipe);
  checkMethod(recipe);
  checkTransfer(recipe);
  checkList('arms', recipe.arms);
  checkList('seeds', recipe.seeds);
  if (!recipe.arms.includes('ticket')) throw new LabError(m.science_recipe_no_ticket(), 'arms');
}

/**
 * What means something, and yet is worth nothing: fine-tuning at the last rate of a schedule that ends at 0 (Renda et al.
 * 2020 fine-tune at the last rate of a schedule of steps). Throws a LabError whose subject is the path of the field at fault.
 */
export function checkWorth({ rewind, training, transfer }: Recipe): void {
  if (rewind.schedule !== 'final-rate') return;
  for (const one of [training, ...(transfer === null ? [] : [transfer.training])]) {
    const share = rateAt(one, one.steps - 1) / one.optimizer.learningRate;
    if (one.schedule.type === 'cosine' || share < LEAST_SHARE)
      throw new LabError(m.science_recipe_no_rate({ schedule: one.schedule.type, share: Number(share.toPrecision(2)) }), 'rewind.schedule');
  }
}

function checkNetwork(recipe: Recipe): void {
  const parameters = modelOf(recipe).parameters.reduce((sum, { size }) => sum + size, 0);
  if (parameters > MAX_PARAMETERS) throw new LabError(m.science_recipe_huge({ parameters, most: MAX_PARAMETERS }), 'model.hidden');
}

function checkTraining({ task, training: { batchSize, schedule, steps } }: Recipe): void {
  if (batchSize > task.train) throw new LabError(m.science_recipe_batch({ batchSize, train: task.train }), 'training.batchSize');
  if (schedule.warmup > steps) throw new LabError(m.science_recipe_warmup({ warmup: schedule.warmup, steps }), 'training.schedule.warmup');
  if (schedule.type === 'step' && schedule.milestones.some((milestone, index, all) => index > 0 && milestone <= all[index - 1]))
    throw new LabError(m.science_recipe_milestones(), 'training.schedule.milestones');
}

function checkPruning({ pruning }: Recipe): void {
  const { criterion, scope, schedule, scoredAt, signAware, structure } = pruning;
  if (scoredAt === 'init' && criteria[criterion].looksBack)
    throw new LabError(m.science_recipe_scored_at_init({ criterion }), 'pruning.scoredAt');
  if (signAware && (scoredAt === 'init' || criterion === 'random'))
    throw new LabError(
      m.science_recipe_sign_aware({ field: scoredAt === 'init' ? 'pruning.scoredAt' : 'pruning.criterion' }),
      'pruning.signAware',
    );
  if (schedule === 'exponential' && criteria[criterion].needs.length > 0)
    throw new LabError(m.science_recipe_exponential({ criterion }), 'pruning.schedule');
  if (!hasSharedRate(pruning)) return;
  const [rule, remedy] =
    scope === 'layerwise'
      ? [`pruning.structure "${structure}"`, 'pruning.structure "weights"']
      : [`pruning.scope "${scope}"`, 'pruning.scope "layerwise"'];
  for (const field of ['convRate', 'outputRate'] as const)
    if (pruning[field] !== pruning.rate) throw new LabError(m.science_recipe_shared_rate({ field, rule, remedy }), `pruning.${field}`);
}

/** What goes together competes within its layer, by one set of scores. */
function checkStructure({ model, method, pruning }: Recipe): void {
  const { structure, blockSize, levels } = pruning;
  if (structure === 'weights') return;
  const refuse = (field: string, remedy: string): never => {
    throw new LabError(m.science_recipe_structure({ structure, field, remedy }), field);
  };
  if (!isCut({ method })) refuse('method.type', 'prune');
  if (pruning.scope !== 'layerwise') refuse('pruning.scope', 'layerwise');
  if (pruning.schedule === 'exponential') refuse('pruning.schedule', 'iterative');
  if (pruning.signAware) refuse('pruning.signAware', 'false');
  if (structure === 'neurons' && model.hidden.length === 0) refuse('model.hidden', '[16]');
  if (structure !== 'blocks') return;
  if (pruning.schedule === 'gradual') refuse('pruning.schedule', 'iterative');
  if (levels >= blockSize) throw new LabError(m.science_recipe_blocks({ levels, blockSize, most: blockSize - 1 }), 'pruning.levels');
}

function checkRewind({ rewind: { weights, schedule }, training: { steps } }: Recipe): void {
  if (typeof weights === 'object' && weights.step >= steps)
    throw new LabError(m.science_recipe_rewind_step({ step: weights.step, steps }), 'rewind.weights.step');
  if (typeof schedule === 'object' && schedule.from >= steps)
    throw new LabError(m.science_recipe_rewind_from({ from: schedule.from, steps }), 'rewind.schedule.from');
}

/** Why a method does not go with some fields, by its type: untrained weights have nothing to rewind to, nor a trained control. */
const methodRules = {
  'edge-popup': { why: m.science_recipe_untrained, arms: ['ticket'] },
  set: { why: m.science_recipe_rewired, arms: ['ticket', 'random-mask'] },
  rigl: { why: m.science_recipe_rewired, arms: ['ticket', 'random-mask'] },
  bernoulli: { why: m.science_recipe_untrained, arms: ['ticket'] },
} as const;

function checkMethod(recipe: Recipe): void {
  const { method, pruning, rewind, arms, training } = recipe;
  if (method.type === 'prune') return;
  if (method.type === 'early-bird') {
    checkEarlyBird(recipe, method);
    return;
  }
  const { why, arms: possible } = methodRules[method.type];
  const refuse = (field: string, remedy: string): never => {
    throw new LabError(why({ method: method.type, field, remedy }), field);
  };
  if (rewind.weights !== 'init') refuse('rewind.weights', 'init');
  if (rewind.schedule === 'final-rate' || rewind.schedule.from !== 0) refuse('rewind.schedule', '{ "from": 0 }');
  if (rewind.cut !== 'zero') refuse('rewind.cut', 'zero');
  if (pruning.scope === 'global') refuse('pruning.scope', 'layerwise');
  if (!arms.every((arm) => (possible as readonly string[]).includes(arm))) refuse('arms', JSON.stringify(possible));
  if (method.type === 'edge-popup') return;
  if (pruning.criterion !== 'magnitude') refuse('pruning.criterion', 'magnitude');
  if (pruning.scoredAt !== 'final') refuse('pruning.scoredAt', 'final');
  if (pruning.signAware) refuse('pruning.signAware', 'false');
  if (method.type === 'bernoulli') return;
  const last = lastUpdate(method, training.steps);
  if (method.every >= last) throw new LabError(m.science_recipe_never_rewired({ every: method.every, last }), 'method.every');
}

/** Criteria whose scores do not change while a network trains. */
const unmoved: readonly Recipe['pruning']['criterion'][] = ['random', 'large-init', 'small-init'];

/** One ticket, of the trained weights alone, from a network that trains long enough to settle. */
function checkEarlyBird(recipe: Recipe, { window, then }: Extract<Recipe['method'], { type: 'early-bird' }>): void {
  const { pruning, rewind, training } = recipe;
  const refuse = (field: string, remedy: string): never => {
    throw new LabError(m.science_recipe_early_bird({ field, remedy }), field);
  };
  if (pruning.levels !== 1) refuse('pruning.levels', '1');
  if (pruning.scoredAt !== 'final') refuse('pruning.scoredAt', 'final');
  if (criteria[pruning.criterion].needs.length > 0 || unmoved.includes(pruning.criterion)) refuse('pruning.criterion', 'magnitude');
  if (pruning.schedule === 'exponential') refuse('pruning.schedule', 'iterative');
  const epoch = epochSteps(recipe);
  if (training.steps < window * epoch) refuse('training.steps', `${window * epoch} (method.window epochs)`);
  if (training.steps > MOST_EPOCHS * epoch) refuse('training.steps', `${MOST_EPOCHS * epoch} (${MOST_EPOCHS} epochs)`);
  if (then === 'continue') {
    if (rewind.weights !== 'init') refuse('rewind.weights', 'init (it is not used), or method.then to rewind');
    if (rewind.schedule === 'final-rate' || rewind.schedule.from !== 0)
      refuse('rewind.schedule', '{ "from": 0 } (it is not used), or method.then to rewind');
  } else if (typeof rewind.weights === 'object' && rewind.weights.step > window * epoch) {
    // The ticket may be drawn as early as that, and what comes after is never trained.
    refuse('rewind.weights.step', `${window * epoch} (method.window epochs)`);
  }
}

/** What the ticket is drawn on is a recipe, too, of a network of the same shape; errors name its fields in `transfer`. */
function checkTransfer(recipe: Recipe): void {
  const { transfer, method, rewind, seeds } = recipe;
  const source = sourceRecipe(recipe);
  if (transfer === null || source === null) return;
  if (method.type !== 'prune')
    throw new LabError(m.science_recipe_untrained({ method: method.type, field: 'transfer', remedy: 'null' }), 'transfer');
  if (stableText(shapesOf(source)) !== stableText(shapesOf(recipe)))
    throw new LabError(
      m.science_recipe_transfer_shape({ source: transfer.task.dataset, task: recipe.task.dataset }),
      'transfer.task.dataset',
    );
  if (transfer.take === 'mask' && rewind.weights === 'final') throw new LabError(m.science_recipe_transfer_final(), 'transfer.take');
  if (Math.max(...seeds) + transfer.seedOffset >= 2 ** 31) throw new LabError(m.science_recipe_transfer_seed(), 'transfer.seedOffset');
  try {
    checkSizes(findDataset(source.task.dataset), source.task);
    checkTraining(source);
    if (transfer.take === 'ticket') checkRewind(source);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(
      m.science_recipe_transfer({ reason: error.message }),
      error.subject.startsWith('rewind') ? error.subject : `transfer.${error.subject}`,
    );
  }
}

const shapesOf = (recipe: Recipe): unknown => {
  const { input, classes } = modelOf(recipe);
  return { ...input, classes };
};

function checkList(field: string, list: readonly (string | number)[]): void {
  const twice = list.find((item, index) => list.indexOf(item) !== index);
  if (twice !== undefined) throw new LabError(m.science_recipe_twice({ field, item: twice }), field);
}
