/**
 * What other people's public code computes, said in words and worked out here anew, beside what the lab computes: where
 * both agree, and by how much they differ where they do not.
 */
import { describe, expect, it } from 'vitest';
import { mlp } from '../../../../src/models/mlp.ts';
import { prunableParameters } from '../../../../src/models/model.ts';
import { stream } from '../../../../src/numerics/streams.ts';
import { initialise } from '../../../../src/science/init.ts';
import { countBits, denseMask, fullBits, getBit, type Bits, type Mask } from '../../../../src/science/mask.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { criteria } from '../../../../src/science/prune/criteria.ts';
import { prune } from '../../../../src/science/prune/prune.ts';
import { keptAfterRound } from '../../../../src/science/prune/rounds.ts';
import { keepTop } from '../../../../src/science/prune/top.ts';
import type { Tensors } from '../../../../src/science/tensors.ts';
import { tinyRecipe } from '../recipes.ts';

/** To the nearest whole number, halves to the even one. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** How many of n weights, all of different size, each cuts at a rate. */
const cuts = {
  lab: (n: number, rate: number) => n - keptAfterRound(n, rate),
  /** torch.nn.utils.prune: rounds halves to even. */
  torch: (n: number, rate: number) => halfToEven(rate * n),
  /** Frankle & Carbin's code: all up to and including the weight of the rank that rounding gives, counted from 0. */
  original: (n: number, rate: number) => halfToEven(rate * n) + 1,
  /** open_lth: the same, of a rank that is rounded up. */
  openLth: (n: number, rate: number) => Math.ceil(rate * n) + 1,
  /** Tanaka et al.'s code: what is left of the comma is dropped. */
  synapticFlow: (n: number, rate: number) => Math.trunc(rate * n),
};

describe('how many weights are cut', () => {
  it.each([
    { n: 10, rate: 0.25, of: '2.5', lab: 3, torch: 2, original: 3, openLth: 4, synapticFlow: 2 },
    { n: 14, rate: 0.25, of: '3.5', lab: 4, torch: 4, original: 5, openLth: 5, synapticFlow: 3 },
    { n: 9, rate: 0.25, of: '2.25', lab: 2, torch: 2, original: 3, openLth: 4, synapticFlow: 2 },
    { n: 235_200, rate: 0.2, of: '47 040', lab: 47_040, torch: 47_040, original: 47_041, openLth: 47_041, synapticFlow: 47_040 },
    { n: 1000, rate: 0.1, of: '100', lab: 100, torch: 100, original: 101, openLth: 101, synapticFlow: 100 },
  ])('$of: the lab $lab, torch $torch, the original $original, open_lth $openLth, SynFlow’s $synapticFlow', ({ n, rate, ...expected }) => {
    for (const [whose, cut] of Object.entries(cuts)) expect(cut(n, rate)).toBe(expected[whose as keyof typeof cuts]);
  });

  it('which they are is the same: a mask that keeps one weight more differs by that weight alone', () => {
    const source = stream(1, 'sizes');
    const scores = Float32Array.from({ length: 1000 }, () => source.bits32() >>> 8);
    const kept = (count: number): Bits => keepTop([{ scores, present: fullBits(1000) }], count, stream(1, 'ties'))[0];
    const [own, original] = [kept(900), kept(899)];
    const differing = scores.filter((_, index) => getBit(own, index) !== getBit(original, index));
    expect([...differing]).toEqual([[...scores].sort((one, other) => other - one)[899]]);
  });
});

const net = mlp({ family: 'mlp', hidden: [40, 20], activation: 'relu' }, { height: 8, width: 8, channels: 1 }, 10);
const names = prunableParameters(net).map(({ name }) => name);
const total = prunableParameters(net).reduce((sum, { size }) => sum + size, 0);
const weights = initialise(net, 'kaiming-normal', 3).parameters;
const countsOf = (mask: Mask): number[] => names.map((name) => countBits(mask[name]));

function labMask(pruning: object, score: (mask: Mask) => Tensors): Mask {
  const plan = planOf(tinyRecipe({ pruning: { scope: 'global', schedule: 'one-shot', scoredAt: 'init', levels: 1, ...pruning } }));
  return prune(plan, net, 1, denseMask(net), score, 1, 'ties');
}

/** Places of all layers, in one row. */
const flat = (of: (name: string, index: number) => number): number[] =>
  prunableParameters(net).flatMap(({ name, size }) => Array.from({ length: size }, (_, index) => of(name, index)));

/** Cuts the lowest of all layers together until `kept` are left; which stay, in one row. */
function keepHighest(scores: readonly number[], kept: number): boolean[] {
  const order = [...scores.keys()].sort((one, other) => scores[other] - scores[one]);
  const stay = new Set(order.slice(0, kept));
  return scores.map((_, place) => stay.has(place));
}

describe('whose masks are the same', () => {
  it.each([
    ['magnitude', 0.9, 0],
    ['magnitude', 0.7, 0],
    // 356.5: a half, which the lab rounds up and they drop.
    ['magnitude', 356.5 / total, 1],
    ['snip', 0.9, 0],
    ['snip', 356.5 / total, 1],
  ] as const)('%s at rate %d: the weights that dropping halves keeps, but %i', (criterion, rate, fewer) => {
    const gradient = Object.fromEntries(
      names.map((name) => [name, weights[name].map((_, at) => Math.fround(Math.sin(at * 1.7 + name.length)))]),
    );
    const slopes = { gradient, hessianGradient: null };
    const score = (mask: Mask) => criteria[criterion].score({ model: net, seed: 1, mask, init: weights, final: weights, weights, slopes });
    const own = labMask({ criterion, rate }, score);
    const size = (name: string, at: number) => Math.abs(weights[name][at] * (criterion === 'snip' ? gradient[name][at] : 1));
    const theirs = keepHighest(flat(size), total - cuts.synapticFlow(total, rate));
    const ours = flat((name, at) => Number(getBit(own[name], at)));
    expect(ours.filter((kept, place) => kept === 1 && !theirs[place])).toEqual([]);
    expect(theirs.filter((kept, place) => kept && ours[place] === 0)).toHaveLength(fewer);
  });

  /** Kept of every layer after a hundred rounds of SynFlow, scored here in double precision; `left` says how many a round leaves. */
  function flowCounts(left: (round: number) => number): number[] {
    const [wide, middle, out] = [64, 40, 20];
    const first = wide * middle;
    const second = first + middle * out;
    const sum = (count: number, of: (at: number) => number): number =>
      Array.from({ length: count }, (_, at) => of(at)).reduce((one, other) => one + other, 0);
    let kept = flat(() => 1).map(() => true);
    for (let round = 1; round <= 100; round++) {
      const size = flat((name, at) => Math.abs(weights[name][at])).map((value, place) => (kept[place] ? value : 0));
      // Summed over all paths from ones at the inputs: what arrives at each unit, and what leaves it for the outputs.
      const one = Array.from({ length: middle }, (_, unit) => sum(wide, (input) => size[unit * wide + input]));
      const two = Array.from({ length: out }, (_, unit) => sum(middle, (input) => size[first + unit * middle + input] * one[input]));
      const afterTwo = Array.from({ length: out }, (_, unit) => sum(10, (output) => size[second + output * out + unit]));
      const afterOne = Array.from({ length: middle }, (_, unit) =>
        sum(out, (output) => size[first + output * middle + unit] * afterTwo[output]),
      );
      const scores = size.map((value, place) => {
        if (place < first) return value * afterOne[Math.floor(place / wide)];
        if (place < second) return value * one[(place - first) % middle] * afterTwo[Math.floor((place - first) / middle)];
        return value * two[(place - second) % out];
      });
      kept = keepHighest(scores, left(round));
    }
    return [kept.slice(0, first), kept.slice(first, second), kept.slice(second)].map((layer) => layer.filter(Boolean).length);
  }

  it('SynFlow, down to 36 weights: with the lab’s counts every layer keeps as many; dropping halves moves one weight', () => {
    const own = labMask({ criterion: 'synflow', schedule: 'exponential', rate: 0.99 }, (mask) =>
      criteria.synflow.score({ model: net, seed: 1, mask, init: weights, final: weights, weights, slopes: null }),
    );
    expect(countsOf(own)).toEqual([13, 9, 14]);
    expect(flowCounts((round) => Math.floor(total * (36 / total) ** (round / 100) + 0.5))).toEqual([13, 9, 14]);
    expect(flowCounts((round) => total - cuts.synapticFlow(total, 1 - 0.01 ** (round / 100)))).toEqual([14, 8, 14]);
  });
});
