import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/science/errors.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { exportSession } from '../../../src/sessions/sealed.ts';
import {
  addMark,
  addRun,
  changeBranch,
  findRun,
  growBranch,
  liftMarks,
  renameSession,
  sessionName,
  TRUNK,
} from '../../../src/sessions/session.ts';
import { tinyRecipe } from '../science/recipes.ts';
import { sampleResult, sampleSession } from './sample.ts';

const session = sampleSession(tinyRecipe({ name: 'Tiny' }));
const text = exportSession(session);

type Json = Record<string, unknown>;

/** The error of the file with another value at a path such as `runs.0.density`, as `subject | message`. */
function errorOf(path: string, value: unknown): string {
  const file = JSON.parse(text) as Json;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce((part, name) => part[name] as Json, file);
  parent[last] = value;
  try {
    importSession(JSON.stringify(file), 'mine.json');
  } catch (error) {
    if (error instanceof LabError) return `${error.subject} | ${error.message}`;
    throw error;
  }
  return '';
}

describe('session files', () => {
  it('come back as they were', () => {
    expect(importSession(text, 'mine.json')).toEqual(session);
  });

  it('of older labs, which did not measure before training, open as ever', () => {
    const older = { ...session, runs: session.runs.map(({ initial: _, ...run }) => run) };
    expect(importSession(JSON.stringify(older), 'mine.json')).toEqual(older);
  });

  it.each<[string, unknown, RegExp]>([
    ['format', 'recipe', /^mine\.json \| .*not a session file/],
    ['version', 9, /newer version/],
    ['runs.0.fingerprint', 'zz', /^runs\.0\.fingerprint \| /],
    ['runs.2.metrics.accuracy.test', 7, /^runs\.2\.metrics \| .*accuracy\.test/],
    ['runs.2.initial.accuracy.test', 7, /^runs\.2\.initial \| .*accuracy\.test/],
    ['runs.1.curve.testAccuracy', [0.5], /^runs\.1\.curve\.testAccuracy \| .*2 numbers/],
    ['runs.0.density', null, /^runs\.0\.density \| /],
    ['runs.1.branch', 'elsewhere', /^runs\.1\.branch \| /],
    ['runs.3', session.runs[2], /^runs\.3 \| .*one run/],
    ['branches.0.recipe.training.steps', 41, /^branches\.0\.recipeId \| /],
    ['branches.0.recipe.training.steps', 'many', /^branches\.0\.recipe\.training\.steps \| /],
    ['branches.0.parent', 'trunk', /^branches\.0\.parent \| /],
    ['runs.0.extra', 1, /^runs\.0\.extra \| /],
    ['runs', 'none', /^runs \| /],
    ['', 1, /^"" \| /],
  ])('with another %s (%j) are refused', (path, value, expected) => {
    expect(errorOf(path, value)).toMatch(expected);
  });

  it('with names and values that fill pages are refused in a line or two', () => {
    const long = 'x'.repeat(5000);
    expect(errorOf('runs.0.fingerprint', long)).toMatch(/^runs\.0\.fingerprint \| .{0,300}$/);
    expect(errorOf(`runs.0.${long}`, 1)).toMatch(/^runs\.0\.x{80}… \| .{0,300}$/);
  });

  it('that are no JSON say so and name the file', () => {
    expect(() => importSession(text.slice(0, -20), 'mine.json')).toThrow(
      /^mine\.json does not read as JSON: it ends too early, at line 1, column \d+\. Check commas/,
    );
  });
});

describe('sessions with runs that diverged', () => {
  const mark = { seed: 2, arm: 'ticket', level: 1, step: 14, key: 'a'.repeat(64) } as const;
  const marked = addMark(session, TRUNK, mark);

  it('come back from their file, and files without marks stay as they were', () => {
    expect(importSession(exportSession(marked), 'mine.json')).toEqual(marked);
    expect(marked.diverged).toEqual([{ ...mark, branch: TRUNK }]);
    expect(exportSession(session)).not.toContain('diverged');
  });

  it('tell a run once, and forget the mark of one that is trained to its end, or is to be tried again', () => {
    expect(addMark(marked, TRUNK, { ...mark, step: 15 }).diverged).toMatchObject([{ step: 15 }]);
    expect(addMark(marked, TRUNK, { ...mark, isSource: true }).diverged).toHaveLength(2);
    const trained = { ...sampleResult(tinyRecipe(), { seed: 2, arm: 'ticket', level: 1 }), key: mark.key };
    expect(addRun(marked, TRUNK, trained)).not.toHaveProperty('diverged');
    expect(liftMarks(marked, [mark.key])).toEqual(session);
  });

  it('of a branch that is not there are refused', () => {
    const elsewhere = JSON.stringify({ ...marked, diverged: [{ ...mark, branch: 'elsewhere' }] });
    expect(() => importSession(elsewhere, 'mine.json')).toThrow(expect.objectContaining({ subject: 'diverged.0.branch' }));
  });
});

describe('sessions', () => {
  it('replace a run that is there already, and find level 0 for every arm', () => {
    const again = { ...sampleResult(tinyRecipe(), { seed: 1, arm: 'ticket', level: 2 }), trainMs: 5 };
    const replaced = addRun(session, TRUNK, again);
    expect(replaced.runs.length).toBe(session.runs.length);
    expect(findRun(replaced, TRUNK, again)?.trainMs).toBe(5);
    expect(findRun(session, TRUNK, { seed: 1, arm: 'reinit', level: 0 })?.arm).toBe('ticket');
    expect(findRun(session, TRUNK, { seed: 2, arm: 'ticket', level: 0 })).toBeUndefined();
  });

  it('a branch finds its parent’s runs up to the level it grew from', () => {
    const [trunk] = session.branches;
    const branched = { ...session, branches: [trunk, { ...trunk, id: 'b', parent: TRUNK, fromLevel: 1 }] };
    expect(findRun(branched, 'b', { seed: 1, arm: 'ticket', level: 1 })?.branch).toBe(TRUNK);
    expect(findRun(branched, 'b', { seed: 1, arm: 'ticket', level: 2 })).toBeUndefined();
  });

  it('give another name to one branch alone', () => {
    const branched = growBranch(session, 'b', TRUNK, 1, 'what-if', tinyRecipe());
    expect(changeBranch(branched, 'b', { name: 'Other' }).branches.map(({ name }) => name)).toEqual(['Tiny', 'Other']);
    expect(changeBranch(branched, TRUNK, { pruned: true }).branches.map(({ pruned }) => pruned)).toEqual([true, undefined]);
  });

  it('have a name that people may change', () => {
    expect(sessionName(renameSession(session, 'Other'))).toBe('Other');
  });
});
