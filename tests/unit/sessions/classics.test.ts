/** The classic results that ship: every session can be read, is of the recipe beside it, and shows what the papers say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recipeId } from '../../../src/science/recipe/identity.ts';
import { parseRecipeText } from '../../../src/science/recipe/parse.ts';
import type { Arm } from '../../../src/science/recipe/schema.ts';
import { importSession } from '../../../src/sessions/reading.ts';
import { runsAlong, TRUNK } from '../../../src/sessions/session.ts';

const read = (path: string): string => readFileSync(new URL(`../../../public/${path}`, import.meta.url), 'utf8');

function classic(id: string) {
  const session = importSession(read(`examples/${id}.json`), `${id}.json`);
  const found = (branch: string, level: number, arm: Arm, when: 'metrics' | 'initial') => {
    const branchId = branch === TRUNK ? TRUNK : session.branches.find(({ name }) => name === branch)?.id;
    if (branchId === undefined) throw new Error(`no branch ${branch}`);
    const all = runsAlong(session, branchId).filter((run) => run.level === level && (level === 0 || run.arm === arm));
    expect(all).toHaveLength(3);
    return all.reduce((sum, run) => sum + (run[when]?.accuracy.test ?? NaN) / all.length, 0);
  };
  return {
    session,
    /** Mean test accuracy over seeds after training. */
    of: (branch: string, level: number, arm: Arm = 'ticket') => found(branch, level, arm, 'metrics'),
    before: (branch: string, level: number) => found(branch, level, 'ticket', 'initial'),
  };
}

const ready = JSON.parse(read('recipes/index.json')) as readonly { file: string; example?: string }[];

describe.each(ready.filter(({ example }) => example?.endsWith('.json')))('$example', ({ file, example = '' }) => {
  it('holds every run of every branch, and its trunk is the recipe beside it', () => {
    const { session } = classic(example.replace('.json', ''));
    expect(session.branches[0].recipeId).toBe(recipeId(parseRecipeText(read(`recipes/${file}`))));
    for (const { id, recipe } of session.branches)
      expect(runsAlong(session, id)).toHaveLength(recipe.seeds.length * (1 + recipe.pruning.levels * recipe.arms.length));
  });
});

describe('criteria (Zhou et al. 2019)', () => {
  const { of } = classic('zhou-criteria');
  it.each([2, 3])('at level %i large final beats random, which beats small weights', (level) => {
    for (const best of [TRUNK, 'Magnitude increase']) expect(of(best, level)).toBeGreaterThan(of('Random', level) + 0.01);
    for (const worst of ['Small init', 'Small final']) expect(of(worst, level)).toBeLessThan(of('Random', level));
  });
});

describe('actions (Zhou et al. 2019)', () => {
  const { of } = classic('zhou-actions');
  it.each([2, 3])('at level %i signs are enough, and without them kept weights are worth no more than fresh ones', (level) => {
    expect(of('Kept: signs only', level)).toBeGreaterThan(of(TRUNK, level) - 0.002);
    for (const broken of ['Kept: shuffled', 'Kept: shuffled signs', 'Kept: fresh init'])
      expect(of(broken, level)).toBeLessThan(of('Kept: signs only', level) - 0.005);
    expect(of('Cut: frozen if grown', level)).toBeGreaterThan(of('Cut: frozen at init', level));
  });
});

describe('supermasks (Zhou et al. 2019)', () => {
  const { before } = classic('zhou-supermasks');
  it('an untrained network with signed constants passes 86 %, a random mask stays at chance', () => {
    expect(before('Large final, same sign, signed constants', 2)).toBeGreaterThan(0.86);
    expect(before('Random', 2)).toBeLessThan(0.2);
  });
});

describe('rewinding (Renda et al. 2020)', () => {
  const { of } = classic('renda-rewinding');
  it.each([3, 4, 5, 6, 7])('at level %i learning-rate rewinding ≥ weight rewinding > fine-tuning', (level) => {
    expect(of('Learning-rate rewinding', level)).toBeGreaterThanOrEqual(of(TRUNK, level));
    expect(of(TRUNK, level)).toBeGreaterThan(of('Fine-tuning', level));
  });
});

describe('dynamic sparse training (Evci et al. 2020; Mocanu et al. 2018)', () => {
  const { of } = classic('dynamic-sparse');
  it('at 2.7 % kept gradients find better connections than chance, and chance better ones than none at all', () => {
    expect(of('RigL', 3)).toBeGreaterThan(of('SET', 3) + 0.01);
    expect(of('SET', 3)).toBeGreaterThan(of(TRUNK, 3) + 0.1);
    expect(of('RigL', 3)).toBeGreaterThan(of('Pruned after training', 3));
  });
});

describe('Bernoulli supermasks (Zhou et al. 2019)', () => {
  const { of, before, session } = classic('bernoulli-supermasks');
  it('know most digits untrained, more of them rescaled, and settle on densities of their own', () => {
    for (const level of [1, 2]) {
      expect(before(TRUNK, level)).toBeLessThan(0.25);
      expect(of(TRUNK, level)).toBeGreaterThan(0.92);
      expect(of(TRUNK, level)).toBeGreaterThan(of('Not rescaled', level));
    }
    const densities = runsAlong(session, TRUNK).flatMap(({ level, density }) => (level === 2 ? [density] : []));
    expect(new Set(densities).size).toBe(3);
    for (const density of densities) expect(density).toBeGreaterThan(0.28);
  });
});

describe('early-bird tickets (You et al. 2020)', () => {
  const { of, session } = classic('early-bird');
  it('are drawn in the first quarter of training, and keep up with what trained on beside them', () => {
    const dense = session.runs.filter(({ level }) => level === 0);
    expect(dense).toHaveLength(3);
    for (const { earlyBird, steps } of dense) {
      expect(earlyBird?.settled).toBe(true);
      expect(earlyBird?.drawnAt).toBe(steps);
      expect(steps).toBeLessThan(1500 / 4);
    }
    expect(of(TRUNK, 1)).toBeGreaterThan(of(TRUNK, 1, 'random-mask') + 0.005);
    expect(of(TRUNK, 1)).toBeGreaterThan(0.96);
  });
});

describe('transfer (Morcos et al. 2019)', () => {
  const { of } = classic('transfer');
  it.each([2, 3])('at level %i tickets come along from other optimisers and seeds, and only partly from other data', (level) => {
    const [own, chance] = [of(TRUNK, level), of(TRUNK, level, 'random-mask')];
    for (const near of ['Drawn by SGD with momentum', 'Another seed’s ticket']) {
      expect(of(near, level)).toBeGreaterThan(own - 0.005);
      expect(of(near, level)).toBeGreaterThan(chance + 0.01);
    }
    // A mask without the weights that it was drawn with is worth less, and so is one from other images.
    for (const far of ['Another seed’s mask', 'Drawn on MNIST', 'Drawn on shuffled pixels']) {
      expect(of(far, level)).toBeLessThan(own - 0.01);
      expect(of(far, level)).toBeGreaterThan(chance);
    }
  });
});

describe('transfer to MNIST (Morcos et al. 2019)', () => {
  const { of } = classic('transfer-to-mnist');
  it.each([2, 3])('at level %i a ticket of other data is better than chance, and not as good as one of its own', (level) => {
    expect(of('Drawn on Fashion-MNIST', level)).toBeGreaterThan(of(TRUNK, level, 'random-mask'));
    expect(of('Drawn on Fashion-MNIST', level)).toBeLessThan(of(TRUNK, level) - 0.01);
  });
});

describe('structured pruning (Liu et al. 2019)', () => {
  const { of } = classic('structured-pruning');
  it('finds how many neurons, not which, and which pixels, not what they start from', () => {
    for (const arm of ['reinit', 'random-mask'] as const)
      expect(Math.abs(of('Whole neurons', 3, arm) - of('Whole neurons', 3))).toBeLessThan(0.005);
    expect(Math.abs(of('Input pixels', 3, 'reinit') - of('Input pixels', 3))).toBeLessThan(0.005);
    expect(of('Input pixels', 3)).toBeGreaterThan(of('Input pixels', 3, 'random-mask') + 0.02);
  });
  it('leaves tickets where single weights go, in blocks too', () => {
    for (const branch of [TRUNK, 'Blocks of four'])
      for (const arm of ['reinit', 'random-mask'] as const) expect(of(branch, 3)).toBeGreaterThan(of(branch, 3, arm) + 0.005);
  });
});

describe('barriers against k (Frankle et al. 2020)', () => {
  const { found, steps } = JSON.parse(read('examples/barrier-against-k.json')) as {
    readonly steps: readonly number[];
    readonly found: readonly {
      readonly name: string;
      readonly barriers: readonly { readonly step: number; readonly errorBarrier: number }[];
    }[];
  };
  it('LeNet is stable from its init on: under two points of test error, dense and as a ticket, three seeds each', () => {
    expect(found).toHaveLength(9);
    for (const { barriers } of found) {
      expect(barriers.map(({ step }) => step)).toEqual(steps);
      for (const { errorBarrier } of barriers) expect(errorBarrier).toBeLessThan(0.02);
    }
  });
});

describe('edge-popup (Ramanujan et al. 2020)', () => {
  const { of } = classic('edge-popup');
  it('half the weights, none of them trained, know most digits; few weights do not', () => {
    const plain = 'Signed constants, not rescaled';
    expect(of(plain, 2)).toBeGreaterThan(0.9);
    expect(of(plain, 8)).toBeLessThan(of(plain, 2) - 0.3);
    // Rescaled, a twentieth of them is enough.
    expect(of('Signed constants, rescaled', 8)).toBeGreaterThan(of(plain, 8) + 0.4);
  });
  it('is an inverted U: it rises as the first weights go, and falls as the last ones do', () => {
    const [all, kept] = ['Signed constants, rescaled · nearly all kept', 'Signed constants, rescaled'];
    const rising = [of(all, 1), of(all, 2), of(all, 3), of(kept, 4)];
    expect([...rising].sort()).toEqual(rising);
    expect(of(kept, 4)).toBeGreaterThan(of(all, 1) + 0.05);
    expect(of(kept, 4)).toBeGreaterThan(of(kept, 8) + 0.01);
  });
});

describe('sanity checks (Su et al. 2020; Frankle et al. 2021)', () => {
  const { of } = classic('sanity-checks');
  it('shuffling hurts a ticket drawn after training', () => {
    for (const level of [1, 2]) expect(of(TRUNK, level, 'shuffled-mask')).toBeLessThan(of(TRUNK, level) - 0.01);
  });
  it('and not one that SynFlow drew at init', () => {
    for (const level of [1, 2])
      expect(Math.abs(of('SynFlow at init', level, 'shuffled-mask') - of('SynFlow at init', level))).toBeLessThan(0.01);
  });
  it('random labels cost a mask drawn after training more than one that SNIP drew at init', () => {
    const lost = (clean: string, corrupted: string) => of(clean, 1) - of(corrupted, 1);
    expect(lost(TRUNK, 'Magnitude after training on random labels')).toBeGreaterThan(0.01);
    expect(Math.abs(lost('SNIP at init', 'SNIP at init, random labels'))).toBeLessThan(0.003);
  });
  it('GraSP’s mask at its public temperature is worse than its own shuffle and than chance; ranked by size alone it is not', () => {
    for (const other of ['shuffled-mask', 'random-mask'] as const)
      expect(of('GraSP at init, temperature 200', 1)).toBeLessThan(of('GraSP at init, temperature 200', 1, other) - 0.01);
    expect(of('GraSP at init, temperature 200', 2)).toBeGreaterThan(of('GraSP at init, temperature 1', 2) + 0.01);
    expect(of('GraSP at init, size alone', 1)).toBeGreaterThan(of('GraSP at init, temperature 200', 1) + 0.015);
    expect(of('GraSP at init, size alone', 1)).toBeGreaterThan(of('GraSP at init, size alone', 1, 'random-mask') + 0.005);
  });
  it('scores turned round are worse than chance, where scores know something', () => {
    for (const branch of [TRUNK, 'SNIP at init', 'SynFlow at init'])
      for (const level of [1, 2]) expect(of(branch, level, 'inverted-mask')).toBeLessThan(of(branch, level, 'random-mask') - 0.01);
  });
});
