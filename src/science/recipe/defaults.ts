/**
 * What a recipe means where it is silent. Hashes leave defaults out, so a default, once shipped, never changes.
 * Required are only `task.dataset`, the sizes of its split, `model.family` and `model.hidden`.
 */
import { isPlain, stableText, type Plain } from './plain.ts';

const DEFAULT_RATE = 0.2;

const optimizers: Readonly<Partial<Record<string, Plain>>> = {
  sgd: { learningRate: 0.1 },
  momentum: { learningRate: 0.1, momentum: 0.9 },
  adam: { learningRate: 0.0012, beta1: 0.9, beta2: 0.999 },
};

/** SET's ζ (Mocanu et al. 2018, Methods); RigL's α, ΔT and T_end (Evci et al. 2020, §4). */
const REWIRING: Plain = { every: 100, until: 0.75, share: 0.3 };

/** By type of method. */
const methods: Readonly<Record<string, Plain>> = {
  // Ramanujan et al. 2020, Appendix A.
  'edge-popup': { scoreRate: 0.1, scoreMomentum: 0.9, scoreInit: 'kaiming-uniform', scoreDecay: 0, rescale: false },
  set: REWIRING,
  rigl: REWIRING,
  // Dynamic weight rescaling is what Zhou et al. 2019, §5 find best.
  bernoulli: { scoreRate: 10, scoreMomentum: 0.9, rescale: true },
  // You et al. 2020, §3 and Algorithm 1.
  'early-bird': { tolerance: 0.1, window: 5, then: 'continue' },
};

const TASK: Plain = { normalise: 'dataset', augment: [], corrupt: 'none' };

const part = (raw: Plain, name: string): Plain => {
  const value = raw[name];
  return isPlain(value) ? value : {};
};

function trainingDefaults(raw: Plain): Plain {
  const optimizer = part(part(raw, 'training'), 'optimizer').type ?? 'adam';
  return {
    optimizer: { type: 'adam', ...(typeof optimizer === 'string' ? optimizers[optimizer] : {}) },
    weightDecay: 0,
    schedule: { type: 'constant', warmup: 0 },
    batchSize: 60,
    steps: 8000,
    evaluateEvery: 100,
    curveTest: 2000,
  };
}

/** A transfer is from the recipe's own task and training, but for what it says; another optimiser or schedule has defaults of its own. */
function transferDefaults(raw: Plain, transfer: Plain): Plain {
  const training = fill(part(raw, 'training'), trainingDefaults(raw));
  const changed = part(transfer, 'training');
  const unless = (name: string, others: (type: string) => Plain): Plain => {
    const own = part(training, name);
    const { type = own.type } = part(changed, name);
    // The default of a type is the recipe's own, whatever the rest then follows from.
    return type === own.type || typeof type !== 'string' ? own : { ...others(type), type: own.type };
  };
  const optimizer = unless('optimizer', (type) => optimizers[type] ?? {});
  const schedule = unless('schedule', () => ({ warmup: 0 }));
  return { task: fill(part(raw, 'task'), TASK), training: { ...training, optimizer, schedule }, seedOffset: 0, take: 'ticket' };
}

/** Under every scope but layerwise, and where weights go together, one rate holds. */
export const hasSharedRate = ({ scope, structure }: Plain): boolean =>
  (scope ?? 'layerwise') !== 'layerwise' || (structure ?? 'weights') !== 'weights';

/** The defaults beside what is written: some depend on it. Frankle & Carbin 2019, Appendix G, where they gave a figure. */
function defaultsFor(raw: Plain): Plain {
  const pruning = part(raw, 'pruning');
  const sharedRate = hasSharedRate(pruning) ? (pruning.rate ?? DEFAULT_RATE) : null;
  const method = part(raw, 'method').type ?? 'prune';
  const rewindStep = part(part(raw, 'rewind'), 'weights').step ?? 0;
  return {
    version: 1,
    name: '',
    task: TASK,
    model: { activation: 'relu', init: 'glorot-normal' },
    training: trainingDefaults(raw),
    method: { type: 'prune', ...(typeof method === 'string' && Object.hasOwn(methods, method) ? methods[method] : {}) },
    pruning: {
      criterion: 'magnitude',
      signAware: false,
      scoredAt: 'final',
      examplesPerClass: 10,
      temperature: 1,
      scope: 'layerwise',
      schedule: 'iterative',
      structure: 'weights',
      blockSize: 4,
      levels: 15,
      rate: DEFAULT_RATE,
      convRate: sharedRate ?? 0.2,
      outputRate: sharedRate ?? 0.1,
    },
    rewind: { weights: 'init', schedule: { from: rewindStep }, kept: 'rewound', cut: 'zero' },
    transfer: isPlain(raw.transfer) ? transferDefaults(raw, raw.transfer) : null,
    arms: ['ticket', 'reinit', 'random-mask'],
    seeds: [1, 2, 3],
  };
}

/** The recipe with every default written out; what is not an object stays as it is, for the schema to report. */
export const fillDefaults = (raw: Plain): Plain => fill(raw, defaultsFor(raw));

function fill(raw: Plain, defaults: Plain): Plain {
  const filled: Record<string, unknown> = { ...raw };
  for (const [key, fallback] of Object.entries(defaults)) {
    const value = raw[key];
    if (value === undefined) filled[key] = fallback;
    else if (isPlain(value) && isPlain(fallback)) filled[key] = fill(value, fallback);
  }
  return filled;
}

/** The recipe without what the defaults say anyway: `fillDefaults` gives it back. */
export const stripDefaults = (filled: Plain): Plain => strip(filled, defaultsFor(filled));

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && typeof other === 'object' && stableText(one) === stableText(other));

function strip(filled: Plain, defaults: Plain): Plain {
  const stripped: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(filled)) {
    const fallback = defaults[key];
    if (isSame(value, fallback)) continue;
    stripped[key] = isPlain(value) && isPlain(fallback) ? strip(value, fallback) : value;
  }
  return stripped;
}
