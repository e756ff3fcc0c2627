/** The motions of a new level as functions of time: what is where, so many milliseconds after it began. */

/** The two that happen at once when a level is drawn; training is the third and takes as long as it takes. */
export type Phase = 'prune' | 'rewind';

export type Ease = (share: number) => number;

/** Milliseconds and easings, as tokens.css has them. */
export interface Tempo {
  readonly mark: number;
  readonly fall: number;
  readonly settle: number;
  readonly lift: number;
  readonly travel: number;
  readonly land: number;
  readonly easeFall: Ease;
  readonly easeTravel: Ease;
}

/** All shares are 0..1; those of the other phase are 0. */
export interface Frame {
  readonly phase: Phase;
  /** Of the phase's time. */
  readonly progress: number;
  /** How far the weights to be cut are marked, have fallen, and the rest has settled. */
  readonly mark: number;
  readonly fall: number;
  readonly settle: number;
  /** How far the survivors have left the histogram, are on their way back, and have arrived. */
  readonly lift: number;
  readonly travel: number;
  readonly land: number;
}

type Part = 'mark' | 'fall' | 'settle' | 'lift' | 'travel' | 'land';

const parts: Readonly<Record<Phase, readonly Part[]>> = { prune: ['mark', 'fall', 'settle'], rewind: ['lift', 'travel', 'land'] };

export const lengthOf = (phase: Phase, tempo: Tempo): number => parts[phase].reduce((sum, part) => sum + tempo[part], 0);

/** The same motion in less time: every phase takes at most so many milliseconds. */
export function within(tempo: Tempo, most: number): Tempo {
  const share = (phase: Phase): number => Math.min(1, most / Math.max(1e-9, lengthOf(phase, tempo)));
  const scaled = Object.values(parts).flat();
  const times = Object.fromEntries(
    scaled.map((part) => [part, tempo[part] * share(parts.prune.includes(part) ? 'prune' : 'rewind')]),
  ) as Record<Part, number>;
  return { ...tempo, ...times };
}

const still = { mark: 0, fall: 0, settle: 0, lift: 0, travel: 0, land: 0 };

/** The frame so many milliseconds into these phases, one after another; null when they are over. */
export function frameAt(phases: readonly Phase[], tempo: Tempo, elapsed: number): Frame | null {
  let left = elapsed;
  for (const phase of phases) {
    const length = lengthOf(phase, tempo);
    if (left < length) return frameOf(phase, tempo, left, length);
    left -= length;
  }
  return null;
}

/** The last moment of a phase, for as long as somebody looks at it. */
export const endOf = (phase: Phase): Frame => ({
  ...still,
  phase,
  progress: 1,
  ...Object.fromEntries(parts[phase].map((part) => [part, 1])),
});

function frameOf(phase: Phase, tempo: Tempo, elapsed: number, length: number): Frame {
  const shares: Record<Part, number> = { ...still };
  let left = elapsed;
  for (const part of parts[phase]) {
    shares[part] = tempo[part] === 0 ? 1 : Math.min(1, Math.max(0, left / tempo[part]));
    left -= tempo[part];
  }
  return {
    phase,
    progress: elapsed / length,
    ...shares,
    fall: tempo.easeFall(shares.fall),
    travel: tempo.easeTravel(shares.travel),
  };
}
