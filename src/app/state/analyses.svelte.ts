/** Analyses of runs that have ended: the one under way and the answers so far. They change nothing that is kept. */
import { LabError } from '../../science/errors.ts';
import type { OtherMask } from '../../science/analysis/mask-report.ts';
import type { WorkedAnalysis } from '../../science/analysis/registry.ts';
import { m } from '../../paraglide/messages.js';
import type { RunId } from '../../science/result.ts';
import { Cancelled } from '../../science/trainer.ts';
import { findRun, standingBranches, type Session, type SessionRun } from '../../sessions/session.ts';
import type { Analyst, Answer, Asked, Question } from '../../worker/analysis.ts';
import type { Keeper } from './keeper.svelte.ts';
import type { Studies } from './studies.svelte.ts';

/** Of the lab, what analyses look at. */
interface Bench {
  readonly session: Session;
  readonly branchId: string;
  /** Runs along the branch on the bench. */
  readonly runs: readonly SessionRun[];
  readonly keeper: Keeper;
  readonly studies: Studies;
}

/** What somebody asks of a run. */
export interface Wish {
  readonly what: WorkedAnalysis;
  readonly run: RunId;
  /** Where siblings part; of a barrier only. */
  readonly steps: readonly number[];
}

export class Analyses {
  private answers = $state.raw<ReadonlyMap<string, Answer>>(new Map());
  /** The wish under way, by name; null: none. */
  private current = $state<string | null>(null);
  /** 0..1 */
  progress = $state(0);
  /** Why the last wish could not be met, in words; empty where it could. */
  failure = $state('');
  private asked: Asked | null = null;
  /** Of the newest wish; what an older one still does is not heard. */
  private turn = 0;
  readonly isActive: boolean = $derived.by(() => this.current !== null);

  constructor(
    private readonly bench: Bench,
    private readonly analyst: Analyst,
  ) {}

  /** What came of a wish; null where it was not asked yet. */
  answerTo(wish: Wish): Answer | null {
    return this.answers.get(this.nameOf(wish)) ?? null;
  }

  isUnderWay(wish: Wish): boolean {
    return this.current === this.nameOf(wish);
  }

  async ask(wish: Wish): Promise<void> {
    this.cancel();
    const turn = ++this.turn;
    const name = this.nameOf(wish);
    this.current = name;
    this.progress = 0;
    try {
      const question = await this.questionOf(wish);
      const subject = await this.bench.studies.subject(wish.run);
      if (turn !== this.turn) return;
      if (subject === null) throw new LabError(m.analysis_not_kept(), 'weights');
      this.asked = this.analyst(subject, question, (share) => {
        if (turn === this.turn) this.progress = share;
      });
      const answer = await this.asked.answer;
      if (turn === this.turn) this.answers = new Map([...this.answers, [name, answer]]);
    } catch (error) {
      if (turn === this.turn && !(error instanceof Cancelled)) this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      if (turn === this.turn) {
        this.current = null;
        this.asked = null;
      }
    }
  }

  /** Gives up the wish under way. */
  cancel(): void {
    this.turn++;
    this.asked?.cancel();
    this.asked = null;
    this.current = null;
    this.failure = '';
  }

  close(): void {
    this.cancel();
    this.answers = new Map();
  }

  /** Equal names, equal answers: a run is its key, masks are held against those that are known. */
  private nameOf({ what, run, steps }: Wish): string {
    const of = findRun(this.bench.session, this.bench.branchId, run)?.key ?? '';
    const others = what === 'masks' ? this.others(run).map(({ run: { key } }) => key) : [];
    return JSON.stringify([what, of, what === 'barrier' ? steps : [], others]);
  }

  private async questionOf({ what, run, steps }: Wish): Promise<Question> {
    if (what === 'barrier') return { what, steps };
    if (what !== 'masks') return { what };
    const notebook = this.bench.keeper.weights(this.bench.session);
    const found = await Promise.all(
      this.others(run).map(async ({ kind, name, run: { key } }): Promise<OtherMask[]> => {
        const outcome = await notebook.find(key);
        return outcome === null ? [] : [{ kind, name, mask: outcome.mask }];
      }),
    );
    return { what, others: found.flat() };
  }

  /** The runs whose masks are held against this one's: the level above, the other seeds, the other branches. */
  private others(run: RunId): { kind: OtherMask['kind']; name: string; run: SessionRun }[] {
    const { session, branchId, runs } = this.bench;
    const { seed, arm, level } = run;
    if (level === 0) return [];
    const own = findRun(session, branchId, run);
    const above = level > 1 ? runs.filter((one) => one.seed === seed && one.arm === arm && one.level === level - 1) : [];
    const seeds = runs.filter((one) => one.seed !== seed && one.arm === arm && one.level === level);
    const branches = standingBranches(session).flatMap(({ id, name }) => {
      const other = id === branchId ? undefined : findRun(session, id, run);
      return other === undefined || other.key === own?.key ? [] : [{ kind: 'branch' as const, name, run: other }];
    });
    return [
      ...above.map((one) => ({ kind: 'level' as const, name: String(one.level), run: one })),
      ...seeds.map((one) => ({ kind: 'seed' as const, name: String(one.seed), run: one })),
      ...branches,
    ];
  }
}
