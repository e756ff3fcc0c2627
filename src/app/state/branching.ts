/** What becomes of a session when its recipe changes: the same branch goes on, a what-if grows, or nothing is shared any more. */
import { m } from '../../paraglide/messages.js';
import { hasSharedRate } from '../../science/recipe/defaults.ts';
import type { Recipe } from '../../science/recipe/schema.ts';
import { findDataset } from '../../tasks/catalogue.ts';
import { branchOf, changeBranch, growBranch, liftMarks, ownerBranch, TRUNK, type Session } from '../../sessions/session.ts';
import { integer, percent } from '../format.ts';
import { differences, drawsAnew, isWhatIf, read, sharesRuns } from './edits.ts';

export interface Place {
  readonly session: Session;
  readonly branchId: string;
}

/** What a changed recipe would do to a session. */
export type Consequence = 'same' | 'what-if' | 'anew';

/** Nothing was trained on the branch itself, so nothing speaks for its recipe yet. */
const isUntouched = (session: Session, branchId: string): boolean => session.runs.every(({ branch }) => branch !== branchId);

export function consequenceOf(session: Session, branchId: string, recipe: Recipe): Consequence {
  const { recipe: now, parent } = branchOf(session, branchId);
  if (sharesRuns(now, recipe)) return 'same';
  if (parent === null) {
    if (session.runs.length === 0) return 'same';
  } else if (isUntouched(session, branchId) && isWhatIf(now, recipe) && !drawsAnew(now, recipe)) return 'same';
  return isWhatIf(now, recipe) ? 'what-if' : 'anew';
}

/** The session with the recipe taken up on the branch, or on a what-if that grows from `fromLevel`; null where it must be another session. */
export function takeUp(session: Session, branchId: string, recipe: Recipe, fromLevel: number, newId: () => string): Place | null {
  switch (consequenceOf(session, branchId, recipe)) {
    case 'same': {
      // What diverged under another recipe says nothing about this one.
      const isSame = sharesRuns(branchOf(session, branchId).recipe, recipe);
      const lost = isSame ? [] : (session.diverged ?? []).filter(({ branch }) => branch === branchId).map(({ key }) => key);
      const changed = changeBranch(liftMarks(session, lost), branchId, { recipe });
      return { session: branchId === TRUNK ? changeBranch(changed, TRUNK, { name: recipe.name }) : changed, branchId };
    }
    case 'what-if': {
      const parent = ownerBranch(session, branchId, fromLevel);
      const id = newId();
      return { session: growBranch(session, id, parent.id, fromLevel, nameOf(parent.recipe, recipe), recipe), branchId: id };
    }
    case 'anew':
      return null;
  }
}

/** A what-if's name until somebody gives it another: what is different about it. */
function nameOf(parent: Recipe, recipe: Recipe): string {
  // Where one rate holds for all, the others say nothing of their own.
  const isSaid = (path: string): boolean => !(hasSharedRate(recipe.pruning) && /^pruning\.(conv|output)Rate$/.test(path));
  const changed = differences(parent, recipe).filter(isSaid);
  const paths = [...new Set(changed.map((path) => /^(rewind|transfer)\b/.exec(path)?.[0] ?? path))];
  return paths
    .slice(0, 3)
    .map((path) => describe(path, recipe))
    .join(', ')
    .slice(0, 200);
}

function describe(path: string, recipe: Recipe): string {
  if (path === 'rewind') return describeRewind(recipe.rewind);
  if (path === 'transfer') return describeTransfer(recipe);
  const value = read(recipe, path);
  const field = path.slice(path.lastIndexOf('.') + 1);
  return m.branch_change({
    field,
    value: typeof value === 'number' && path.endsWith('ate') && value < 1 && path.startsWith('pruning') ? percent(value) : String(value),
  });
}

function describeRewind({ weights, schedule }: Recipe['rewind']): string {
  if (weights === 'init') return m.branch_rewind_init();
  if (weights !== 'final') return m.branch_rewind_step({ step: integer(weights.step) });
  return schedule === 'final-rate' ? m.branch_fine_tune() : m.branch_rewind_rate({ step: integer(schedule.from) });
}

const corruptWords = { none: m.branch_corrupt_none, labels: m.branch_corrupt_labels, pixels: m.branch_corrupt_pixels };

/** What is different about what the ticket is drawn on. */
function describeTransfer({ task, training, transfer }: Recipe): string {
  if (transfer === null) return m.branch_own_ticket();
  const { title } = findDataset(transfer.task.dataset);
  const said = [
    ...(transfer.task.dataset === task.dataset ? [] : [title]),
    ...(transfer.task.corrupt === task.corrupt ? [] : [corruptWords[transfer.task.corrupt]()]),
    ...(transfer.training.optimizer.type === training.optimizer.type ? [] : [transfer.training.optimizer.type]),
    ...(transfer.seedOffset === 0 ? [] : [m.branch_other_seed()]),
  ];
  return m.branch_transfer({ from: said.length === 0 ? title : said.join(', ') });
}
