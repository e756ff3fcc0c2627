/** What a session must look like before the lab believes it. Sizes are capped: files and stored records may be hostile. */
import * as v from 'valibot';
import { m } from '../paraglide/messages.js';
import { MOST_EPOCHS } from '../science/early-bird/settling.ts';
import { LabError } from '../science/errors.ts';
import { faultOf } from '../science/faults.ts';
import { earlyBirdOf, recipeId } from '../science/recipe/identity.ts';
import { isPlain, stableText } from '../science/recipe/plain.ts';
import { parseRecipe } from '../science/recipe/parse.ts';
import { arms, MAX_LEVELS, MAX_STEPS } from '../science/recipe/schema.ts';
import type { EngineName } from '../science/trainer.ts';
import { fittedName, most } from './limits.ts';
import { origins, SESSION_FORMAT, SESSION_VERSION, sessionName, type Branch, type Session } from './session.ts';

const number = () => v.pipe(v.number(), v.finite());
const share = () => v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const word = () => v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const hash = () => v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'Invalid hash: Expected 64 lower-case hexadecimal digits'));

const engineNames = ['tfjs', 'sparse', 'webgpu'] as const satisfies readonly EngineName[];

export const EngineSchema = v.strictObject({
  name: v.picklist(engineNames),
  backend: v.nullable(word()),
  arithmeticVersion: whole(1_000_000),
  deterministic: v.boolean(),
});

/** By metric, then by split; every run has at least its test accuracy. */
const MetricsSchema = v.pipe(
  v.record(word(), v.pipe(v.record(word(), number()), v.maxEntries(8))),
  v.maxEntries(32),
  v.check((metrics) => 'accuracy' in metrics && v.is(share(), metrics.accuracy.test), 'metrics with accuracy.test in 0..1'),
);

/** What is sound stays what it is, instead of becoming a copy: sessions are large. */
const asItIs = <Output>(schema: v.GenericSchema<Output>, isSound = (value: unknown): boolean => v.is(schema, value)) =>
  v.lazy((value): v.GenericSchema<Output> => (isSound(value) ? anything : schema));
const anything = v.custom<never>(() => true);

/** A list of numbers; where one is wrong, the schema says how. */
const column = (schema: v.GenericSchema<number>, isSound: (value: number) => boolean) =>
  asItIs(
    v.pipe(v.array(schema), v.maxLength(MAX_STEPS)),
    (value) => Array.isArray(value) && value.length <= MAX_STEPS && value.every((item) => typeof item === 'number' && isSound(item)),
  );

const isStep = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_STEPS;
const isShare = (value: number): boolean => value >= 0 && value <= 1;

const CurveSchema = v.strictObject({
  step: column(whole(MAX_STEPS), isStep),
  trainLoss: column(number(), Number.isFinite),
  validationLoss: column(number(), Number.isFinite),
  validationAccuracy: column(share(), isShare),
  testAccuracy: column(share(), isShare),
});

const EarlyBirdSchema = v.pipe(
  v.strictObject({
    steps: v.pipe(v.array(whole(MAX_STEPS)), v.maxLength(MOST_EPOCHS)),
    distances: v.pipe(v.array(v.pipe(v.array(share()), v.maxLength(MOST_EPOCHS))), v.maxLength(MOST_EPOCHS)),
    drawnAt: v.nullable(whole(MAX_STEPS)),
    settled: v.boolean(),
  }),
  v.check(
    ({ steps, distances }) => distances.length === steps.length && distances.every((row, index) => row.length === index),
    'a triangle of distances, a row a step',
  ),
);

const resultEntries = {
  key: hash(),
  seed: whole(2 ** 31 - 1),
  arm: v.picklist(arms),
  level: whole(MAX_LEVELS),
  density: share(),
  layerDensity: v.pipe(v.array(share()), v.maxLength(most.layers)),
  engine: EngineSchema,
  metrics: MetricsSchema,
  initial: v.optional(MetricsSchema),
  earlyStop: v.strictObject({ step: whole(MAX_STEPS), metrics: MetricsSchema }),
  curve: CurveSchema,
  steps: whole(MAX_STEPS),
  trainMs: v.pipe(number(), v.minValue(0)),
  fingerprint: hash(),
  earlyBird: v.optional(EarlyBirdSchema),
};

/** One run's result (science/result.ts). */
export const ResultSchema = v.strictObject(resultEntries);

const BranchSchema = v.strictObject({
  id: word(),
  parent: v.nullable(word()),
  fromLevel: v.nullable(whole(MAX_LEVELS)),
  /** One that is too long is cut: labs before this one kept such. */
  name: v.pipe(v.string(), v.transform(fittedName)),
  recipe: v.unknown(),
  recipeId: hash(),
  pruned: v.optional(v.boolean()),
});

const RunSchema = v.strictObject({ branch: word(), origin: v.optional(v.picklist(origins)), ...resultEntries });

const MarkSchema = v.strictObject({
  branch: word(),
  origin: v.optional(v.picklist(origins)),
  key: hash(),
  seed: whole(2 ** 31 - 1),
  arm: v.picklist(arms),
  level: whole(MAX_LEVELS),
  step: whole(MAX_STEPS),
  isSource: v.optional(v.boolean()),
});

const SessionSchema = v.strictObject({
  format: v.literal(SESSION_FORMAT),
  version: v.literal(SESSION_VERSION),
  branches: v.pipe(v.array(BranchSchema), v.minLength(1), v.maxLength(most.branches)),
  metric: v.strictObject({ primary: word(), better: v.picklist(['higher', 'lower']) }),
  runs: v.pipe(v.array(asItIs(RunSchema)), v.maxLength(most.runs)),
  diverged: v.optional(v.pipe(v.array(MarkSchema), v.maxLength(most.runs))),
});

type RawSession = v.InferOutput<typeof SessionSchema>;

/** A newer build wrote it: nothing is wrong with it, but this one cannot read it. */
export class NewerVersion extends LabError {
  constructor(
    source: string,
    readonly version: number,
  ) {
    super(m.sessions_newer({ source, version }), source);
  }
}

/** `value` as a schema says, or a LabError whose subject is the path of the first field at fault. */
export function parseAs<Schema extends v.GenericSchema>(schema: Schema, value: unknown, source: string): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const { field, received } = faultOf(issue);
  throw fault(source, field ?? source, issue.expected ?? issue.message, received);
}

const fault = (source: string, field: string, expected: string, received: string): LabError =>
  new LabError(m.sessions_field({ source, field, expected, received }), field);

/**
 * A session from anything at all. `source` is what people call it (a file name).
 * Throws a LabError that names the field at fault.
 */
export function parseSession(value: unknown, source: string): Session {
  const { format, version } = (typeof value === 'object' && value !== null ? value : {}) as { format?: unknown; version?: unknown };
  if (format !== SESSION_FORMAT) throw new LabError(m.sessions_not_a_session({ source }), source);
  if (typeof version === 'number' && version > SESSION_VERSION) throw new NewerVersion(source, version);
  const raw = parseAs(SessionSchema, value, source);
  const session: Session = { ...raw, branches: raw.branches.map((branch, index) => parseBranch(branch, `branches.${index}`, source)) };
  checkTree(session, source);
  checkRuns(session, source);
  for (const part of [...session.branches, ...session.runs]) sound.add(part);
  return session;
}

/** Runs and branches that have passed once; none of them is ever changed. */
const sound = new WeakSet();

/**
 * Throws what a reader of the session would: whoever writes one asks first, so that what was saved opens again. Runs and
 * branches that have passed before cost nothing.
 */
export function checkSession(session: Session): void {
  const source = sessionName(session);
  const { branches, runs } = session;
  parseAs(SessionSchema, { ...session, runs: [] }, source);
  if (runs.length > most.runs) throw fault(source, 'runs', `<=${most.runs}`, String(runs.length));
  for (const [index, branch] of branches.entries()) if (!sound.has(branch)) parseBranch({ ...branch }, `branches.${index}`, source);
  for (const run of runs) if (!sound.has(run)) parseAs(RunSchema, run, source);
  checkTree(session, source);
  checkRuns(session, source);
  for (const part of [...branches, ...runs]) sound.add(part);
}

function parseBranch(branch: RawSession['branches'][number], field: string, source: string): Branch {
  const recipe = parseNested(withFittedName(branch.recipe), `${field}.recipe`, source);
  if (recipeId(recipe) !== branch.recipeId) {
    throw new LabError(m.sessions_field_recipe_id({ source, field: `${field}.recipeId` }), `${field}.recipeId`);
  }
  return { ...branch, recipe };
}

const withFittedName = (recipe: unknown): unknown =>
  isPlain(recipe) && typeof recipe.name === 'string' ? { ...recipe, name: fittedName(recipe.name) } : recipe;

function parseNested(value: unknown, field: string, source: string): Branch['recipe'] {
  try {
    return parseRecipe(value);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(m.sessions_field_recipe({ source, field, reason: error.message }), `${field}.${error.subject}`, { cause: error });
  }
}

/** Throws where branches are no tree whose root comes first and whose children come after their parents. */
export function checkTree({ branches }: Session, source: string): void {
  const earlier = new Set<string>();
  const past = networkOf(branches[0]);
  for (const [index, branch] of branches.entries()) {
    const { id, parent, fromLevel } = branch;
    const field = `branches.${index}`;
    if (networkOf(branch) !== past) throw fault(source, `${field}.recipe`, m.sessions_expected_network(), branch.recipe.name);
    const watched = earlyBirdOf(branch.recipe);
    if (watched !== null && stableText(watched) !== stableText(earlyBirdOf(branches[0].recipe)))
      throw fault(source, `${field}.recipe.method`, m.sessions_expected_watched(), branch.recipe.method.type);
    if (earlier.has(id)) throw fault(source, `${field}.id`, m.sessions_expected_unique(), id);
    if (parent === null ? index > 0 : !earlier.has(parent)) {
      throw fault(source, `${field}.parent`, m.sessions_expected_earlier_branch(), String(parent));
    }
    if ((parent === null) !== (fromLevel === null)) {
      throw fault(source, `${field}.fromLevel`, m.sessions_expected_level_with_parent(), String(fromLevel));
    }
    earlier.add(id);
  }
}

/** What all branches share: without it, the levels of one could not be another's past. */
const networkOf = ({ recipe }: Branch): string => stableText([recipe.task, recipe.model]);

function checkRuns({ branches, runs, diverged = [] }: Session, source: string): void {
  const ids = new Set(branches.map(({ id }) => id));
  const seen = new Set<string>();
  for (const [index, { branch, seed, arm, level, curve }] of runs.entries()) {
    const field = `runs.${index}`;
    if (!ids.has(branch)) throw fault(source, `${field}.branch`, m.sessions_expected_branch(), branch);
    const name = `${branch} ${seed} ${arm} ${level}`;
    if (seen.has(name)) throw fault(source, field, m.sessions_expected_single_run(), name);
    seen.add(name);
    const { length } = curve.step;
    for (const [key, values] of Object.entries({ ...curve })) {
      if (values.length !== length)
        throw fault(source, `${field}.curve.${key}`, m.sessions_expected_curve({ length }), String(values.length));
    }
  }
  for (const [index, { branch }] of diverged.entries())
    if (!ids.has(branch)) throw fault(source, `diverged.${index}.branch`, m.sessions_expected_branch(), branch);
}
