/**
 * Runs the classic results and writes what came of them: a session each into public/examples, which the lab opens, and
 * the table of the README. Goes on where it was stopped; what is in build/reproduce is not trained again. With `--keep`
 * the runs of the session that is there stay, where their keys still hold, and only what is new trains.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { mean } from 'simple-statistics';
import { figuresOf, summarise } from '../src/science/analysis/summary.ts';
import { OutcomeStore } from '../src/cli/outcomes.ts';
import { conduct, runsOf } from '../src/science/experiment.ts';
import { densityLadder } from '../src/science/prune/counts.ts';
import { runKey } from '../src/science/recipe/identity.ts';
import { modelOf } from '../src/science/recipe/model.ts';
import { parseRecipe } from '../src/science/recipe/parse.ts';
import { isPlain, type Plain } from '../src/science/recipe/plain.ts';
import type { Recipe } from '../src/science/recipe/schema.ts';
import type { RunResult } from '../src/science/result.ts';
import { importSession } from '../src/sessions/reading.ts';
import { exportSession } from '../src/sessions/sealed.ts';
import { addRun, growBranch, newSession, planOfBranch, runsAlong, TRUNK, type Session } from '../src/sessions/session.ts';
import { openLab } from '../src/worker/node.ts';
import { barrierTable } from './reproduce/barriers.ts';
import { byDensity } from './reproduce/by-density.ts';
import { classics, type Classic } from './reproduce/experiments.ts';

const outcomes = 'build/reproduce';
const examples = 'public/examples';
const README = 'README.md';
const MARK = { begin: '<!-- classic results: npm run reproduce -->', end: '<!-- end of classic results -->' };

const recipeOf = (trunk: Plain, changes: Plain): Recipe =>
  parseRecipe(
    Object.fromEntries(
      [...new Set([...Object.keys(trunk), ...Object.keys(changes)])].map((section) => {
        const [one, other] = [trunk[section], changes[section]];
        return [section, isPlain(one) && isPlain(other) ? { ...one, ...other } : (other ?? one)];
      }),
    ),
  );

/** The session with all its what-ifs, and no run yet. */
function sessionOf({ title, trunk, whatIfs }: Classic): Session {
  const session = newSession({ ...recipeOf(trunk, {}), name: title });
  return Object.entries(whatIfs).reduce(
    (grown, [name, changes], index) => growBranch(grown, `b${index + 1}`, TRUNK, 0, name, { ...recipeOf(trunk, changes), name: title }),
    session,
  );
}

/** What the session that is there has found, by run key. */
async function knownRuns(path: string): Promise<ReadonlyMap<string, RunResult>> {
  const { runs } = importSession(await readFile(path, 'utf8'), path);
  return new Map(runs.map(({ branch, ...result }) => [result.key, result]));
}

async function reproduce(classic: Classic): Promise<Session> {
  let session = sessionOf(classic);
  const path = `${examples}/${classic.id}.json`;
  const known = keeps ? await knownRuns(path) : new Map<string, RunResult>();
  const notebook = await OutcomeStore.open(outcomes);
  const lab = await openLab({ recipe: session.branches[0].recipe, engine: 'sparse' }, () => undefined);
  try {
    for (const { id, name } of session.branches) {
      const began = performance.now();
      const plan = planOfBranch(session, id);
      const add = (result: RunResult): void => {
        // Level 0 is the trunk's, whichever branch comes across it.
        if (id === TRUNK || result.level > 0) session = addRun(session, id, result);
      };
      const wanted = runsOf(plan).filter((run) => {
        const found = known.get(runKey(plan, run, lab.arithmeticVersion));
        if (found !== undefined) add(found);
        return found === undefined;
      });
      await conduct(plan, lab, notebook, add, wanted);
      console.log(`${classic.id}: ${name}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  } finally {
    lab.dispose();
  }
  await writeFile(path, exportSession(session));
  return session;
}

const percent = (share: number): string => (100 * share).toFixed(2);

/** A row for every branch and arm, a column for every density: mean test accuracy, and the range over seeds. */
function tableOf({ title, paper, found, ours, id, trunk, tells, columns }: Classic, session: Session): string {
  const seeds = session.branches[0].recipe.seeds.length;
  const levels = [...new Set(session.runs.map(({ level }) => level))].sort((one, other) => one - other).filter((level) => level > 0);
  const dense = summarise(runsAlong(session, TRUNK).map(figuresOf)).find(({ level }) => level === 0);
  const rowsByLevel = (): readonly string[] =>
    session.branches.flatMap((branch) => {
      const runs = runsAlong(session, branch.id);
      return branch.recipe.arms.map((arm) => {
        const label = branch.id === TRUNK ? String(trunk.name) : branch.name;
        const cells = levels.map((level) => {
          const own = runs.filter((run) => run.level === level && run.arm === arm);
          const told = own.map(({ metrics, initial }) => (tells === 'before training' ? initial : metrics)?.accuracy.test ?? NaN);
          const kept = columns !== undefined ? `, ${(100 * mean(own.map(({ density }) => density))).toFixed(1)} % kept` : '';
          return `${percent(mean(told))} (${percent(Math.min(...told))}–${percent(Math.max(...told))})${kept}`;
        });
        return `| ${label}${branch.recipe.arms.length > 1 ? `, ${arm}` : ''} | ${cells.join(' | ')} |`;
      });
    });
  const ladder = densityLadder(planOfBranch(session, TRUNK), modelOf(session.branches[0].recipe));
  const kept = levels.map((level) => {
    if (columns === 'level') return `level ${level}`;
    if (columns === 'start') return `from ${(100 * ladder[level]).toFixed(1)} % kept`;
    const of = summarise(runsAlong(session, TRUNK).map(figuresOf)).find((one) => one.level === level);
    return `${of === undefined ? '' : (100 * of.density.mean).toFixed(1)} % kept`;
  });
  const table = columns === 'density' ? byDensity(session, String(trunk.name)) : { heads: kept, rows: rowsByLevel() };
  return [
    `#### ${title}`,
    '',
    `_${paper}:_ ${found}. _Ours:_ ${ours} Test accuracy ${tells === undefined ? '' : `${tells} `}in per cent, mean and range of ${seeds} seeds; dense ${dense === undefined ? '' : percent(dense.testAccuracy.mean)}. Session: [\`${id}.json\`](public/examples/${id}.json).`,
    '',
    `| | ${table.heads.join(' | ')} |`,
    `| --- | ${table.heads.map(() => '---').join(' | ')} |`,
    ...table.rows,
  ].join('\n');
}

await mkdir(examples, { recursive: true });
const options = process.argv.slice(2);
const keeps = options.includes('--keep');
const wanted = options.filter((option) => option !== '--keep');
const tables: string[] = [];
for (const classic of classics) {
  if (wanted.length > 0 && !wanted.includes(classic.id)) continue;
  tables.push(tableOf(classic, await reproduce(classic)));
}
if (wanted.length === 0 || wanted.includes('barriers')) tables.push(await barrierTable(await OutcomeStore.open(outcomes)));
const readme = await readFile(README, 'utf8');
const [from, to] = [readme.indexOf(MARK.begin), readme.indexOf(MARK.end)];
if (wanted.length > 0 || from < 0 || to < 0) console.log(tables.join('\n\n'));
else await writeFile(README, `${readme.slice(0, from + MARK.begin.length)}\n\n${tables.join('\n\n')}\n\n${readme.slice(to)}`);
