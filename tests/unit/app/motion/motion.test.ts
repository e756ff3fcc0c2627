import { describe, expect, it } from 'vitest';
import { atRest, between, inMotion } from '../../../../src/app/motion/bars.ts';
import { easing, milliseconds } from '../../../../src/app/motion/tempo.ts';
import { weightsAt } from '../../../../src/app/motion/moment.ts';
import { endOf, frameAt, lengthOf, within, type Frame, type Tempo } from '../../../../src/app/motion/timeline.ts';
import { marksAt, placeOf } from '../../../../src/app/motion/tracers.ts';
import { bitsWhere } from '../../../../src/science/mask.ts';
import type { LayerTransition, Transition } from '../../../../src/science/analysis/transition.ts';

const linear = (share: number): number => share;
const tempo: Tempo = { mark: 350, fall: 550, settle: 200, lift: 150, travel: 900, land: 150, easeFall: linear, easeTravel: linear };
const both = ['prune', 'rewind'] as const;
const at = (elapsed: number): Frame => {
  const frame = frameAt(both, tempo, elapsed);
  if (frame === null) throw new Error('it is over');
  return frame;
};

describe('the timeline', () => {
  it('marks, lets fall and settles, then lifts, travels and lands', () => {
    expect(at(0)).toMatchObject({ phase: 'prune', progress: 0, mark: 0 });
    expect(at(175)).toMatchObject({ phase: 'prune', mark: 0.5, fall: 0 });
    expect(at(350 + 110)).toMatchObject({ phase: 'prune', mark: 1, fall: 0.2, settle: 0 });
    expect(at(1000)).toMatchObject({ phase: 'prune', fall: 1, settle: 0.5 });
    expect(at(1100)).toMatchObject({ phase: 'rewind', progress: 0, lift: 0, travel: 0, mark: 0 });
    expect(at(1100 + 150 + 450)).toMatchObject({ phase: 'rewind', lift: 1, travel: 0.5, land: 0 });
    expect(at(1100 + 1125)).toMatchObject({ phase: 'rewind', travel: 1, land: 0.5 });
    expect(frameAt(both, tempo, 2300)).toBeNull();
  });

  it('stands still at the end of a phase for as long as it is looked at', () => {
    expect(endOf('prune')).toEqual({ phase: 'prune', progress: 1, mark: 1, fall: 1, settle: 1, lift: 0, travel: 0, land: 0 });
  });

  it('hurries each phase as a whole, and never slows one down', () => {
    const hurried = within(tempo, 300);
    expect(lengthOf('prune', hurried)).toBeCloseTo(300, 9);
    expect(lengthOf('rewind', hurried)).toBeCloseTo(300, 9);
    expect(hurried.mark / hurried.fall).toBeCloseTo(350 / 550, 9);
    expect(within(tempo, 5000)).toEqual(tempo);
  });

  it('is over at once where all times are 0', () => {
    expect(frameAt(both, within({ ...tempo, mark: 0, fall: 0, settle: 0, lift: 0, travel: 0, land: 0 }, 300), 0)).toBeNull();
  });
});

describe('a small network on its way', () => {
  const mask = { 'a/weight': bitsWhere(3, (index) => index !== 1) };
  const before = { 'a/weight': Float32Array.of(1, 0.5, -2), 'a/bias': Float32Array.of(4) };
  const start = { 'a/weight': Float32Array.of(0, 9, 2), 'a/bias': Float32Array.of(0) };
  const transition = { start, lifted: before, kept: mask } as unknown as Transition;
  const at = (travel: number) => weightsAt('rewind', transition, mask, before, travel);

  it('keeps its trained values when it is cut, and ends at its start; what is cut is nothing throughout', () => {
    expect(weightsAt('prune', transition, mask, before, 0)).toEqual(at(0));
    expect(at(0)).toEqual({ 'a/weight': Float32Array.of(1, 0, -2), 'a/bias': Float32Array.of(4) });
    expect(at(0.5)).toEqual({ 'a/weight': Float32Array.of(0.5, 0, 0), 'a/bias': Float32Array.of(2) });
    expect(at(1)).toEqual({ 'a/weight': Float32Array.of(0, 0, 2), 'a/bias': Float32Array.of(0) });
  });

  it('of a shuffled mask is cut in its places and goes back in others', () => {
    const places = { 'a/weight': bitsWhere(3, (index) => index < 2) };
    const lifted = { 'a/weight': Float32Array.of(-2, 1, 0.5), 'a/bias': Float32Array.of(4) };
    const shuffled = { ...transition, lifted };
    expect(weightsAt('prune', shuffled, places, before, 0)?.['a/weight']).toEqual(Float32Array.of(1, 0, -2));
    expect(weightsAt('rewind', shuffled, places, before, 0)?.['a/weight']).toEqual(Float32Array.of(-2, 1, 0));
  });

  it('is not followed where it is large', () => {
    expect(weightsAt('prune', { ...transition, start: null, lifted: null }, mask, before, 0)).toBeNull();
  });
});

describe('values from the style sheet', () => {
  it('are read as written and as minified', () => {
    expect([' 350ms', '.35s', '1.6s', '0ms', '0s'].map(milliseconds)).toEqual([350, 350, 1600, 0, 0]);
  });

  it('ease as the browser does', () => {
    const ease = easing(' cubic-bezier(.25, .1, .25, 1)');
    // Known points of the CSS keyword `ease`, which is this curve.
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => Number(ease(share).toFixed(3)))).toEqual([0, 0.409, 0.802, 0.96, 1]);
    expect(easing('linear')(0.3)).toBe(0.3);
  });
});

describe('tracers', () => {
  const tracers = { index: Uint32Array.of(3, 70, 71), before: Float32Array.of(0.5, -0.25, 3), after: Float32Array.of(-0.5, 0.1, 0.75) };

  it('are the same marks from the parent’s value to the start value', () => {
    const [first, middle, last] = [0, 0.5, 1].map((share) => marksAt(tracers, share, 1, 200, 56));
    for (const marks of [first, middle, last]) expect(marks.map(({ weight }) => weight)).toEqual([3, 70, 71]);
    first.forEach(({ x, from }, at) =>
      expect([x, from]).toEqual([placeOf(tracers.before[at], 1, 200), placeOf(tracers.before[at], 1, 200)]),
    );
    last.forEach(({ x, home }, at) => expect([x, home]).toEqual([placeOf(tracers.after[at], 1, 200), placeOf(tracers.after[at], 1, 200)]));
    expect(first.map(({ x }) => x)).toEqual([150, 75, 200]);
    expect(middle[0].x).toBe(100);
    expect(first.map(({ lane }) => lane)).toEqual(last.map(({ lane }) => lane));
  });

  it('are taken evenly where only some have room', () => {
    const many = { index: Uint32Array.from({ length: 8 }, (_, index) => index), before: new Float32Array(8), after: new Float32Array(8) };
    expect(marksAt(many, 0, 1, 100, 4).map(({ weight }) => weight)).toEqual([0, 2, 4, 6]);
  });
});

describe('bars', () => {
  const transition: LayerTransition = {
    parameter: 'w',
    limit: 1,
    threshold: 0.25,
    cut: Uint32Array.of(0, 2, 3, 0),
    survivors: Uint32Array.of(4, 1, 0, 6),
    startOfCut: Uint32Array.of(1, 1, 2, 1),
    travel: [Uint32Array.of(4, 1, 0, 6), Uint32Array.of(3, 2, 3, 3), Uint32Array.of(2, 4, 4, 1)],
    tracers: { index: new Uint32Array(), before: new Float32Array(), after: new Float32Array() },
  };
  const still = { progress: 0, mark: 0, fall: 0, settle: 0, lift: 0, travel: 0, land: 0 };
  const bars = (frame: Partial<Frame> & Pick<Frame, 'phase'>) => inMotion({ transition, frame: { ...still, ...frame } });

  it('begin as the parent ended, and end on the start outline', () => {
    const parent = {
      parameter: 'w',
      limit: 1,
      start: Uint32Array.of(3, 5, 6, 2),
      now: Uint32Array.of(4, 3, 3, 6),
      next: transition.cut,
      threshold: 0.25,
    };
    expect(bars({ phase: 'prune' })).toEqual(atRest(parent));
    const end = bars({ phase: 'rewind', travel: 1 });
    expect(end.stay).toEqual(end.start);
    expect([...end.stay]).toEqual([2, 4, 4, 1]);
    expect(end.threshold).toBe(0);
  });

  it('lose the outline of what falls, keep their height, and travel between binned moments', () => {
    expect([...bars({ phase: 'prune', fall: 0.5 }).start]).toEqual([2.5, 4.5, 5, 1.5]);
    expect([...bars({ phase: 'rewind', travel: 0.25 }).stay]).toEqual([3.5, 1.5, 1.5, 4.5]);
    const heights = [bars({ phase: 'prune' }), bars({ phase: 'rewind', travel: 0.7 })].map(({ most }) => most);
    expect(heights).toEqual([6, 6]);
  });

  it('ease linearly between frames at rest', () => {
    const rest = (now: number[]) =>
      atRest({ parameter: 'w', limit: 1, start: Uint32Array.of(0, 0), now: Uint32Array.from(now), next: null, threshold: null });
    expect([...between(rest([0, 8]), rest([4, 0]), 0.25).stay]).toEqual([1, 6]);
  });
});
