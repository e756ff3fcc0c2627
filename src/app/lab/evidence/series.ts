/** Findings as lines: one an arm or a layer, over levels, with the spread over seeds and the single seeds. */
import type { Arm } from '../../../science/recipe/schema.ts';
import { armLook } from '../../arms.ts';
import type { LevelSeries } from '../../charts/series.ts';
import type { StageLayer } from '../stage/layers.ts';
import type { Finding } from './findings.ts';

type ValueOf = (finding: Finding) => number | null;

/** `findings` of one thing that is compared, of any levels and seeds. */
function points(findings: readonly Finding[], valueOf: ValueOf): Pick<LevelSeries, 'points' | 'seeds'> {
  const levels = [...new Set(findings.map(({ level }) => level))].sort((a, b) => a - b);
  const seeds = [...new Set(findings.map(({ seed }) => seed))];
  const valuesAt = (level: number, seed?: number): number[] =>
    findings.filter((one) => one.level === level && (seed === undefined || one.seed === seed)).flatMap((one) => valueOf(one) ?? []);
  return {
    points: levels.flatMap((level) => {
      const values = valuesAt(level);
      if (values.length === 0) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { level, mean, min: Math.min(...values), max: Math.max(...values) };
    }),
    seeds: seeds.map((seed) => ({
      seed,
      points: levels.flatMap((level) => valuesAt(level, seed).map((value) => ({ level, value }))),
    })),
  };
}

/** One line an arm; all begin at level 0, which they share. */
export const armSeries = (findings: readonly Finding[], arms: readonly Arm[], valueOf: ValueOf): LevelSeries[] =>
  arms.map((arm) => ({
    id: arm,
    arm,
    name: armLook[arm].name(),
    colour: armLook[arm].colour,
    marker: armLook[arm].marker,
    ...points(
      findings.filter((one) => one.level === 0 || one.arm === arm),
      valueOf,
    ),
  }));

/** One line a layer, of the tickets. */
export const layerSeries = (findings: readonly Finding[], layers: readonly StageLayer[]): LevelSeries[] =>
  layers.map(({ parameter, name }, index) => ({
    id: parameter,
    arm: null,
    name,
    colour: 'var(--ink-2)',
    marker: null,
    ...points(
      findings.filter(({ arm }) => arm === 'ticket'),
      (finding) => finding.layerDensity?.[index] ?? null,
    ),
  }));
