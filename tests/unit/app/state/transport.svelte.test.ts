import { beforeEach, describe, expect, it } from 'vitest';
import { Transport } from '../../../../src/app/state/transport.svelte.ts';
import type { LiveRun } from '../../../../src/app/state/live.svelte.ts';
import { planOf } from '../../../../src/science/plan.ts';
import type { Recipe } from '../../../../src/science/recipe/schema.ts';
import { tinyRecipe } from '../../science/recipes.ts';

type Bench = ConstructorParameters<typeof Transport>[0];

/** A lab whose training is a list of what was asked for. */
class FakeBench {
  recipe: Recipe = $state.raw(tinyRecipe({}));
  live: readonly LiveRun[] = $state.raw([]);
  nextLevel = $state(0);
  isComplete = $state(false);
  shared = null;
  draft: Bench['draft'] = { recipe: this.recipe, isChanged: false };
  readonly asked: (readonly [limit: number, allowance: number])[] = [];
  prepared: () => void = () => undefined;

  get plan() {
    return planOf(this.recipe);
  }
  get experiment(): never {
    throw new Error('not asked here');
  }
  prepare(): void {
    this.prepared();
  }
  train(limit: number, allowance: number): void {
    this.asked.push([limit, allowance]);
  }
  /** The next level is drawn, so many steps of it trained. */
  draw(position = 0): void {
    const run = { seed: 1, arm: 'ticket', level: this.nextLevel } as const;
    this.live = [{ run, start: 0, position } as LiveRun];
  }
}

let bench: FakeBench;
let transport: Transport;
const step = (): (readonly [number, number])[] => {
  transport.step();
  return bench.asked.splice(0);
};

beforeEach(() => {
  bench = new FakeBench();
  transport = new Transport(bench);
  transport.stepBy = 'phase';
});

describe('stepping by phase', () => {
  it('trains the dense network in one step', () => {
    expect(transport.nextPhase).toBe('train');
    expect(step()).toEqual([[0, Infinity]]);
  });

  it('stops three times in a level: when it is cut, when what is left has gone back, when it is trained', () => {
    bench.nextLevel = 1;
    expect([transport.nextPhase, transport.stop]).toEqual(['prune', null]);
    expect(step()).toEqual([[1, 0]]);
    bench.draw();
    expect([transport.stop, transport.isCut, transport.nextPhase]).toEqual(['prune', true, 'rewind']);
    // Only the stage moves: the level is drawn.
    expect(step()).toEqual([]);
    expect([transport.stop, transport.isCut, transport.nextPhase]).toEqual(['rewind', false, 'train']);
    expect(step()).toEqual([[1, Infinity]]);
    expect(transport.stop).toBeNull();
    bench.live = [];
    bench.nextLevel = 2;
    expect(transport.nextPhase).toBe('prune');
  });

  it('has no way back to show where weights go on from where they are', () => {
    bench.recipe = tinyRecipe({ rewind: { weights: 'final', schedule: 'final-rate' }, arms: ['ticket'] });
    bench.nextLevel = 1;
    step();
    bench.draw();
    expect([transport.stop, transport.isCut, transport.nextPhase]).toEqual(['prune', false, 'train']);
  });

  it('leaves its stops when the level trains, whoever set it going', () => {
    bench.nextLevel = 1;
    step();
    bench.draw();
    transport.run();
    expect([transport.stop, transport.isCut]).toEqual([null, false]);
    bench.draw(5);
    expect(transport.nextPhase).toBe('train');
  });
});

describe('a step', () => {
  it('is of the level that comes next once an edited recipe is taken up', () => {
    bench.nextLevel = 3;
    bench.prepared = () => (bench.nextLevel = 1);
    transport.stepBy = 'level';
    expect(step()).toEqual([[1, Infinity]]);
    bench.nextLevel = 3;
    transport.stepBy = 'minibatch';
    expect(step()).toEqual([[1, 1]]);
  });

  it('is none while the recipe is being mended', () => {
    bench.draft = { recipe: null, isChanged: true };
    for (const kind of ['minibatch', 'phase', 'level', 'all'] as const) {
      transport.stepBy = kind;
      expect(step()).toEqual([]);
    }
  });
});
