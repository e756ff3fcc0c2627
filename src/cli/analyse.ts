/** Analyses of a session's run, from its file or from a zip with its weights; what the file lacks is trained again. */
import { m } from '../paraglide/messages.js';
import { Pace } from '../engines/pace.ts';
import { partingRange } from '../science/analysis/barrier.ts';
import type { OtherMask } from '../science/analysis/mask-report.ts';
import { analyses, type AnalysisName } from '../science/analysis/registry.ts';
import { figuresOf } from '../science/analysis/summary.ts';
import { pairedToDense, seedsWithout, verdictOf } from '../science/analysis/verdict.ts';
import { missingOf } from '../science/divergence.ts';
import { LabError } from '../science/errors.ts';
import { ancestorsOf } from '../science/chain.ts';
import { conduct, type Notebook } from '../science/experiment.ts';
import type { Plan } from '../science/plan.ts';
import { runKey } from '../science/recipe/identity.ts';
import type { RunId } from '../science/result.ts';
import type { RunOutcome } from '../science/run.ts';
import { marksAlong, planOfBranch, runsAlong, trunkOf, type Session } from '../sessions/session.ts';
import { analyse, type Answer, type Question, type Subject } from '../worker/analysis.ts';
import { openLab } from '../worker/node.ts';
import { FileSource } from '../worker/node-source.ts';
import { chosenBranch, readSession } from './read-session.ts';

export interface AnalyseOptions {
  readonly what: AnalysisName;
  readonly branch: string | null;
  readonly run: RunId;
  /** Where siblings part. */
  readonly steps: readonly number[];
}

interface SeedsAnswer {
  readonly what: 'seeds';
  readonly verdict: string | null;
  readonly paired: ReturnType<typeof pairedToDense>;
  /** Seeds that are in no pair, since training diverged. */
  readonly lost: readonly number[];
}

/** What is written: the question, and its answer. */
export interface AnalysisFile {
  readonly format: 'lottery-ticket-analysis';
  readonly version: 1;
  readonly session: string;
  readonly branch: string;
  readonly run: RunId;
  readonly paper: string;
  readonly formula: string;
  readonly answer: Answer | SeedsAnswer;
}

/** Runs that the file lacks are looked for in the store. Throws a LabError that names the option, the file or the field at fault. */
export async function analyseSession(path: string, options: AnalyseOptions, store: Notebook): Promise<AnalysisFile> {
  const { session, outcomes } = await readSession(path);
  const branch = chosenBranch(session, options.branch);
  const { what, run } = options;
  const plan = planOfBranch(session, branch.id);
  check(plan, options);
  const { paper, formula } = analyses[what];
  const file = {
    format: 'lottery-ticket-analysis',
    version: 1,
    session: trunkOf(session).name,
    branch: branch.id,
    run,
    paper,
    formula,
  } as const;
  if (what === 'seeds') {
    const figures = runsAlong(session, branch.id).map(figuresOf);
    const { arm, level } = run;
    const sides = plan.recipe.seeds.flatMap((seed): RunId[] => [
      { seed, arm: 'ticket', level: 0 },
      { seed, arm, level },
    ]);
    const missing = missingOf(plan, sides, marksAlong(session, branch.id));
    return {
      ...file,
      answer: {
        what,
        verdict: verdictOf(figures, arm, level),
        paired: pairedToDense(figures, arm, level),
        lost: seedsWithout(missing, arm, level),
      },
    };
  }
  const subject = await subjectOf(plan, run, outcomes, store);
  const question: Question =
    what === 'barrier'
      ? { what, steps: options.steps }
      : what === 'masks'
        ? { what, others: otherMasks(session, branch.id, run, outcomes) }
        : { what };
  const source = new FileSource(new URL('../../datasets/', import.meta.url));
  const answer = await analyse(subject, question, source, new Pace(), (share) =>
    say(m.cli_analysing({ percent: Math.round(100 * share) })),
  );
  if (process.stderr.isTTY) process.stderr.write('\n');
  return { ...file, answer };
}

function check(plan: Plan, { run, steps }: AnalyseOptions): void {
  const last = plan.recipe.pruning.levels;
  if (!(Number.isSafeInteger(run.level) && run.level >= 0 && run.level <= last)) throw new LabError(m.cli_no_level({ last }), '--level');
  if (!Number.isSafeInteger(run.seed) || run.seed < 0) throw new LabError(m.cli_no_seed(), '--seed');
  const range = partingRange(plan, run);
  if (!steps.every((step) => Number.isSafeInteger(step) && step >= range.first && step <= range.last))
    throw new LabError(m.analysis_steps_wrong(range), '--steps');
}

/** The run with what it grew from: from the file where it is there, else from the store, else trained now. */
async function subjectOf(plan: Plan, run: RunId, outcomes: Map<string, RunOutcome>, store: Notebook): Promise<Subject> {
  // Level after level is cut from tickets, so those are trained whatever is asked about.
  const recipe = { ...plan.recipe, seeds: [run.seed], arms: [...new Set(['ticket' as const, run.arm])] };
  const lab = await openLab({ recipe, engine: 'sparse' }, () => undefined);
  // What grows from a file's weights is as foreign as they are, and stays out of the store.
  const isForeign = outcomes.size > 0;
  const notebook: Notebook = {
    find: async (key) => {
      const found = outcomes.get(key) ?? (await store.find(key));
      if (found !== null) outcomes.set(key, found);
      return found;
    },
    keep: async (outcome) => {
      outcomes.set(outcome.result.key, outcome);
      if (!isForeign) await store.keep(outcome);
    },
  };
  try {
    await conduct(plan, lab, notebook, ({ level, arm }) => say(m.cli_at_hand({ level, arm })), [run]);
    const of = (id: RunId, from = plan): RunOutcome => {
      const outcome = outcomes.get(runKey(from, id, lab.arithmeticVersion));
      if (outcome === undefined) throw new Error('conducted, yet not in the notebook');
      return outcome;
    };
    const { mask, final, kept } = of(run);
    if (run.level === 0) return { plan, run, ancestors: null, mask, final, kept };
    const ancestors = await ancestorsOf(plan, run, (from, id) => Promise.resolve(of(id, from)));
    return { plan, run, ancestors, mask, final, kept };
  } finally {
    lab.dispose();
  }
}

/** Of the level above and the other seeds, as far as the file holds their masks. */
function otherMasks(session: Session, branch: string, run: RunId, outcomes: ReadonlyMap<string, RunOutcome>): OtherMask[] {
  return runsAlong(session, branch).flatMap(({ key, seed, arm, level }): OtherMask[] => {
    const mask = outcomes.get(key)?.mask;
    if (mask === undefined || arm !== run.arm || level === 0) return [];
    if (seed === run.seed && level === run.level - 1) return [{ kind: 'level', name: String(level), mask }];
    return seed !== run.seed && level === run.level ? [{ kind: 'seed', name: String(seed), mask }] : [];
  });
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
