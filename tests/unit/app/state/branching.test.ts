import { describe, expect, it } from 'vitest';
import { consequenceOf, takeUp } from '../../../../src/app/state/branching.ts';
import { parseSession } from '../../../../src/sessions/schema.ts';
import {
  addRun,
  branchOf,
  changeBranch,
  findRun,
  newSession,
  ownerBranch,
  planOfBranch,
  runsAlong,
  standingBranches,
  TRUNK,
  type Session,
} from '../../../../src/sessions/session.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleResult, sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ name: 'tiny' });
const trained = sampleSession(recipe);
const rewound = { ...recipe, rewind: { ...recipe.rewind, weights: { step: 20 }, schedule: { from: 20 } } };

/** Takes a recipe up; the what-if it may grow is called `id`. */
function take(session: Session, branchId: string, changed: typeof recipe, level: number, id = 'b1') {
  const place = takeUp(session, branchId, changed, level, () => id);
  if (place === null) throw new Error('another session');
  return place;
}

describe('a changed recipe', () => {
  it('goes on in place where no run changes, or where none has been trained', () => {
    expect(consequenceOf(trained, TRUNK, { ...recipe, seeds: [1, 2] }, 0)).toBe('same');
    expect(consequenceOf(newSession(recipe), TRUNK, tinyRecipe({ model: { family: 'mlp', hidden: [5] } }), 0)).toBe('same');
    const { session, branchId } = take(trained, TRUNK, { ...recipe, seeds: [1, 2] }, 0);
    expect([branchId, branchOf(session, TRUNK).recipe.seeds, session.runs.length]).toEqual([TRUNK, [1, 2], trained.runs.length]);
  });

  it('grows a what-if where task and network stay, and starts another session where they do not', () => {
    expect(consequenceOf(trained, TRUNK, rewound, 0)).toBe('what-if');
    expect(consequenceOf(trained, TRUNK, tinyRecipe({ model: { family: 'mlp', hidden: [12, 9] } }), 0)).toBe('anew');
    expect(takeUp(trained, TRUNK, tinyRecipe({ task: { ...recipe.task, train: 200 } }), 1, () => 'x')).toBeNull();
  });

  it('never touches what was trained', () => {
    const { session, branchId } = take(trained, TRUNK, rewound, 2);
    expect(session.runs).toEqual(trained.runs);
    expect(branchOf(session, TRUNK)).toEqual(branchOf(trained, TRUNK));
    expect(branchOf(session, branchId)).toMatchObject({ parent: TRUNK, fromLevel: 2, name: 'rewind to step 20' });
  });

  it('edits a fresh what-if in place until it has runs of its own', () => {
    const grown = take(trained, TRUNK, rewound, 2);
    const harsher = { ...rewound, pruning: { ...rewound.pruning, rate: 0.5 } };
    expect(consequenceOf(grown.session, 'b1', harsher, 0)).toBe('same');
    const run = { seed: 1, arm: 'ticket', level: 3 } as const;
    const begun = addRun(grown.session, 'b1', sampleResult(rewound, run));
    expect(consequenceOf(begun, 'b1', harsher, 0)).toBe('what-if');
  });
});

describe('tickets from elsewhere', () => {
  const transfer = { task: recipe.task, training: recipe.training, seedOffset: 0, take: 'ticket' } as const;
  const elsewhere = { ...recipe, transfer: { ...transfer, seedOffset: 1 } };

  it('are a what-if of the same dense network, named by what is different about them', () => {
    expect(consequenceOf(trained, TRUNK, elsewhere, 0)).toBe('what-if');
    expect(branchOf(take(trained, TRUNK, elsewhere, 0).session, 'b1').name).toBe('ticket from another seed');
    const labels = { ...recipe, transfer: { ...transfer, task: { ...recipe.task, corrupt: 'labels' } } } as const;
    expect(branchOf(take(trained, TRUNK, labels, 0).session, 'b1').name).toBe('ticket from random labels');
  });

  it('are never taken up in the middle of a what-if that draws its own', () => {
    const grown = take(trained, TRUNK, rewound, 2);
    expect(consequenceOf(grown.session, 'b1', { ...rewound, transfer: elsewhere.transfer }, 0)).toBe('what-if');
  });
});

describe('the tree', () => {
  const one = take(trained, TRUNK, rewound, 2).session;
  const two = take(one, 'b1', { ...rewound, pruning: { ...rewound.pruning, rate: 0.5 } }, 2, 'b2').session;

  it('a what-if of a what-if at a level both share grows from who trained that level', () => {
    // b1 has no runs, so it is edited in place; with one, level 2 is still the trunk's.
    const begun = addRun(one, 'b1', sampleResult(rewound, { seed: 1, arm: 'ticket', level: 3 }));
    const { session } = take(begun, 'b1', { ...rewound, pruning: { ...rewound.pruning, rate: 0.5 } }, 2, 'b3');
    expect(branchOf(session, 'b3').parent).toBe(TRUNK);
    expect(two.branches).toHaveLength(2);
  });

  it('finds runs and recipes along a branch', () => {
    const run = { seed: 1, arm: 'ticket', level: 3 } as const;
    const begun = addRun(one, 'b1', sampleResult(rewound, run));
    expect(findRun(begun, 'b1', run)?.branch).toBe('b1');
    expect(findRun(begun, 'b1', { ...run, level: 2 })?.branch).toBe(TRUNK);
    expect(runsAlong(begun, 'b1').filter(({ level }) => level > 2)).toHaveLength(1);
    expect(runsAlong(begun, TRUNK)).toEqual(trained.runs);
    expect(ownerBranch(begun, 'b1', 2).id).toBe(TRUNK);
    expect(planOfBranch(begun, 'b1')).toEqual({ recipe: rewound, from: { plan: { recipe, from: null }, level: 2 } });
  });

  it('puts a what-if aside with all that grew from it, and brings it back', () => {
    const begun = addRun(one, 'b1', sampleResult(rewound, { seed: 1, arm: 'ticket', level: 3 }));
    const child = take(begun, 'b1', { ...rewound, pruning: { ...rewound.pruning, rate: 0.5 } }, 3, 'b4').session;
    const aside = changeBranch(child, 'b1', { pruned: true });
    expect(standingBranches(aside).map(({ id }) => id)).toEqual([TRUNK]);
    expect(standingBranches(changeBranch(aside, 'b1', { pruned: false })).map(({ id }) => id)).toEqual([TRUNK, 'b1', 'b4']);
    expect(aside.runs).toEqual(child.runs);
  });

  it('survives a file, and a file whose branch has another network is refused', () => {
    expect(parseSession(JSON.parse(JSON.stringify(one)), 'a.json')).toEqual(one);
    const foreign = tinyRecipe({ name: 'foreign', model: { family: 'mlp', hidden: [3] } });
    const broken = changeBranch(one, 'b1', { recipe: foreign });
    expect(() => parseSession(JSON.parse(JSON.stringify(broken)), 'a.json')).toThrow('branches.1.recipe');
  });
});
