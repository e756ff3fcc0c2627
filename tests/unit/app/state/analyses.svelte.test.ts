import { describe, expect, it, vi } from 'vitest';
import { Analyses } from '../../../../src/app/state/analyses.svelte.ts';
import type { Studies } from '../../../../src/app/state/studies.svelte.ts';
import type { Keeper } from '../../../../src/app/state/keeper.svelte.ts';
import { planOf } from '../../../../src/science/plan.ts';
import { Cancelled } from '../../../../src/science/trainer.ts';
import { runsAlong, TRUNK } from '../../../../src/sessions/session.ts';
import type { Answer, Question, Subject } from '../../../../src/worker/analysis.ts';
import { tinyRecipe } from '../../science/recipes.ts';
import { sampleOutcome, sampleSession } from '../../sessions/sample.ts';

const recipe = tinyRecipe({ seeds: [1, 2], arms: ['ticket'] });
const session = sampleSession(recipe);
const run = { seed: 1, arm: 'ticket', level: 2 } as const;
const wish = { what: 'barrier', run, steps: [0] } as const;

interface Pending {
  readonly question: Question;
  readonly progress: (share: number) => void;
  readonly resolve: (answer: Answer) => void;
  isCancelled: boolean;
}

/** A bench whose questions wait until the test answers them; `isKept`: whether weights are here. */
function benchOf(isKept = true) {
  const asked: Pending[] = [];
  const { mask, final, kept } = sampleOutcome(recipe, run);
  const subject: Subject = { plan: planOf(recipe), run, ancestors: null, mask, final, kept };
  const analyses = new Analyses(
    {
      session,
      branchId: TRUNK,
      runs: runsAlong(session, TRUNK),
      keeper: {
        weights: () => ({
          find: (key: string) => {
            const found = session.runs.find((one) => one.key === key);
            return Promise.resolve(found === undefined ? null : sampleOutcome(recipe, found));
          },
        }),
      } as unknown as Keeper,
      studies: { subject: () => Promise.resolve(isKept ? subject : null) } as unknown as Studies,
    },
    (_subject, question, progress) => {
      let cancel = (): void => undefined;
      const answer = new Promise<Answer>((resolve, reject) => {
        const pending: Pending = { question, progress, resolve, isCancelled: false };
        asked.push(pending);
        cancel = () => {
          pending.isCancelled = true;
          reject(new Cancelled());
        };
      });
      return { answer, cancel };
    },
  );
  return { analyses, asked };
}

const barrier = { what: 'barrier', barriers: [] } as const;

describe('analyses', () => {
  it('tell how far they are, and keep the answer for whoever asks the same again', async () => {
    const { analyses, asked } = benchOf();
    const asking = analyses.ask(wish);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect([analyses.isActive, analyses.isUnderWay(wish), analyses.isUnderWay({ ...wish, steps: [1] })]).toEqual([true, true, false]);
    asked[0].progress(0.4);
    expect(analyses.progress).toBe(0.4);
    asked[0].resolve(barrier);
    await asking;
    expect([analyses.isActive, analyses.answerTo(wish)]).toEqual([false, barrier]);
    expect(analyses.answerTo({ ...wish, run: { ...run, seed: 2 } })).toBeNull();
  });

  it('a new wish ends the one before, which is heard no more', async () => {
    const { analyses, asked } = benchOf();
    const first = analyses.ask(wish);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const second = analyses.ask({ ...wish, steps: [10] });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await first;
    asked[0].progress(0.9);
    expect([asked[0].isCancelled, analyses.progress, analyses.isActive]).toEqual([true, 0, true]);
    asked[1].resolve(barrier);
    await second;
    expect([analyses.answerTo(wish), analyses.answerTo({ ...wish, steps: [10] })]).toEqual([null, barrier]);
  });

  it('taken back, they leave neither answer nor complaint', async () => {
    const { analyses, asked } = benchOf();
    const asking = analyses.ask(wish);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    analyses.cancel();
    await asking;
    expect([asked[0].isCancelled, analyses.isActive, analyses.failure, analyses.answerTo(wish)]).toEqual([true, false, '', null]);
  });

  it('say so where the weights are not here', async () => {
    const { analyses, asked } = benchOf(false);
    await analyses.ask(wish);
    expect(asked).toHaveLength(0);
    expect(analyses.failure).toMatch(/weights of this run are not kept here/);
  });

  it('of masks bring the level above and the other seeds', async () => {
    const { analyses, asked } = benchOf();
    void analyses.ask({ what: 'masks', run, steps: [] });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    const { question } = asked[0];
    expect(question.what === 'masks' && question.others.map(({ kind, name }) => [kind, name])).toEqual([
      ['level', '1'],
      ['seed', '2'],
    ]);
  });
});
