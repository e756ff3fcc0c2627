/** What is known of every run, whether it was trained here or came with a link, in one form for charts, tables and files. */
import { figuresOf, type RunFigures } from '../../../science/analysis/summary.ts';
import { layerDensity, type Mask } from '../../../science/mask.ts';
import { modelOf } from '../../../science/recipe/model.ts';
import type { Arm, Recipe } from '../../../science/recipe/schema.ts';
import type { SplitMetrics } from '../../../science/result.ts';
import type { EngineIdentity } from '../../../science/trainer.ts';
import type { SharedSession } from '../../../sessions/link.ts';
import { ownerIn, toldAlong } from '../../../sessions/link/along.ts';
import { remembered } from '../../../sessions/remembered.ts';
import type { RunOrigin, Session, SessionRun } from '../../../sessions/session.ts';

/** Null: a link does not hold it. */
export interface Finding extends RunFigures {
  /** Id of the branch that trained it. */
  readonly branch: string;
  readonly validationAccuracy: number | null;
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  /** Before any training, 0..1; runs of older sessions have none either. */
  readonly initialTestAccuracy: number | null;
  readonly initialTestLoss: number | null;
  readonly steps: number | null;
  readonly trainMs: number | null;
  /** Density of each prunable layer, 0..1, in canonical order. */
  readonly layerDensity: readonly number[] | null;
  readonly engine: EngineIdentity;
  /** Hexadecimal: all of it, or the 8 digits that a link holds. */
  readonly fingerprint: string;
  /** Where it was trained: here, or elsewhere, and what it came with. */
  readonly origin: 'here' | 'link' | RunOrigin;
}

export interface FoundCurve {
  readonly arm: Arm;
  readonly level: number;
  /** Null: a mean over seeds. */
  readonly seed: number | null;
  readonly step: readonly number[];
  /** 0..1 */
  readonly validationAccuracy: readonly number[];
}

/** What is asked along a branch. */
export interface Source {
  readonly session: Session;
  readonly branchId: string;
  readonly runs: readonly SessionRun[];
  readonly shared: SharedSession | null;
}

/** Of the runs, or of what a link tells from a level on. */
export function findingsOf({ runs, shared, session, branchId }: Source, from = 0): Finding[] {
  return shared === null ? runs.map(findingOf) : toldAlong(shared, session, branchId, sharedFindings(shared), from);
}

/** Of those the tickets'. */
export function ticketsOf({ runs, shared, session, branchId }: Source, from = 0): Finding[] {
  return shared === null ? runs.filter(isOfTicket).map(findingOf) : toldAlong(shared, session, branchId, sharedTickets(shared), from);
}

const isOfTicket = ({ arm }: { readonly arm: Arm }): boolean => arm === 'ticket';

/** Branches share findings: each is made once, however many of them it is along. */
const findingOf = remembered((run: SessionRun): Finding => ({
  ...figuresOf(run),
  branch: run.branch,
  validationAccuracy: metric(run.metrics, 'accuracy', 'validation'),
  trainAccuracy: metric(run.metrics, 'accuracy', 'train'),
  testLoss: metric(run.metrics, 'loss', 'test'),
  initialTestAccuracy: metric(run.initial, 'accuracy', 'test'),
  initialTestLoss: metric(run.initial, 'loss', 'test'),
  steps: run.steps,
  trainMs: run.trainMs,
  layerDensity: run.layerDensity,
  engine: run.engine,
  fingerprint: run.fingerprint,
  origin: run.origin ?? 'here',
}));

const sharedFindings = remembered((shared: SharedSession): readonly Finding[] =>
  shared.figures.map((figures) => ({
    ...figures,
    ...unknown,
    branch: ownerIn(shared, figures.level),
    layerDensity: sharedLayers(shared, figures),
    origin: 'link',
  })),
);

const sharedTickets = remembered((shared: SharedSession): readonly Finding[] => sharedFindings(shared).filter(isOfTicket));

/** A session's file need not hold every metric. */
function metric(metrics: SplitMetrics | undefined, name: string, split: string): number | null {
  const known: Readonly<Record<string, Readonly<Record<string, number | undefined>> | undefined>> = metrics ?? {};
  return known[name]?.[split] ?? null;
}

const unknown = {
  validationAccuracy: null,
  trainAccuracy: null,
  testLoss: null,
  initialTestAccuracy: null,
  initialTestLoss: null,
  steps: null,
  trainMs: null,
};

function sharedLayers({ masks, recipe }: SharedSession, { seed, arm, level }: RunFigures): readonly number[] | null {
  if (arm !== 'ticket' || masks.length === 0) return null;
  const mask = masksOf(masks).get(`${seed}/${level}`);
  return mask === undefined ? null : densitiesOf(mask, recipe);
}

const masksOf = remembered((masks: SharedSession['masks']) => new Map(masks.map(({ seed, level, mask }) => [`${seed}/${level}`, mask])));

/** A mask is counted once, however often what is known is listed. */
const counted = new WeakMap<Mask, readonly number[]>();
function densitiesOf(mask: Mask, recipe: Recipe): readonly number[] {
  let densities = counted.get(mask);
  if (densities === undefined) counted.set(mask, (densities = layerDensity(modelOf(recipe), mask)));
  return densities;
}

export function curvesOf({ runs, shared, session, branchId }: Source): readonly FoundCurve[] {
  if (shared !== null) return toldAlong(shared, session, branchId, shared.curves);
  return runs.map(({ arm, level, seed, curve }) => ({
    arm,
    level,
    seed,
    step: curve.step,
    validationAccuracy: curve.validationAccuracy,
  }));
}
