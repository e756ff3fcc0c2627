/** Runs a recipe to the end, or to where the user stops it; a second call goes on from there. */
import { rm, rename, writeFile } from 'node:fs/promises';
import { m } from '../paraglide/messages.js';
import { summarise, figuresOf } from '../science/analysis/summary.ts';
import { LabError } from '../science/errors.ts';
import { conduct } from '../science/experiment.ts';
import { planOf } from '../science/plan.ts';
import type { Recipe } from '../science/recipe/schema.ts';
import type { RunResult } from '../science/result.ts';
import { Cancelled } from '../science/trainer.ts';
import { exportArchive } from '../sessions/archive.ts';
import { exportSession } from '../sessions/file.ts';
import { addRun, newSession, TRUNK } from '../sessions/session.ts';
import { openLab } from '../worker/node.ts';
import type { EngineChoice } from '../worker/protocol.ts';
import { FolderNotebook } from './notebook.ts';
import { ProgressLine } from './progress.ts';

export async function runRecipe(recipe: Recipe, out: string, engine: EngineChoice): Promise<void> {
  const partial = `${out}.partial`;
  const notebook = await FolderNotebook.open(partial);
  const isZip = out.endsWith('.zip');
  let session = newSession(recipe);
  /** The session so far; as a zip, with its weights, only once it is whole. */
  const saveSoFar = async (): Promise<void> => {
    if (!isZip) await save(out, exportSession(session));
  };
  await saveSoFar();
  const progress = new ProgressLine(recipe);
  const lab = await openLab({ recipe, engine }, (event) => progress.hear(event));
  progress.opened(lab.engine);
  const stop = (): void => lab.cancel();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const finished = (result: RunResult): void => {
    session = addRun(session, TRUNK, result);
    progress.finished(result);
  };
  try {
    await conduct(planOf(recipe), lab, notebook, finished);
    if (isZip) await save(out, new Uint8Array(await (await exportArchive(session, notebook)).arrayBuffer()));
    else await saveSoFar();
    await rm(partial, { recursive: true });
    progress.done(m.cli_done({ out }));
    console.log(table(session.runs));
  } catch (error) {
    await saveSoFar();
    progress.done(error instanceof Cancelled ? m.cli_stopped({ out }) : '');
    throw error;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    lab.dispose();
  }
}

/** Whole or not at all: a reader never sees half a file. */
export async function save(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw new LabError(m.cli_unwritable({ path, reason: error instanceof Error ? error.message : '' }), '--out', { cause: error });
  }
}

const percent = (share: number): string => (100 * share).toFixed(2);

/** Level by level, the mean test accuracy of every arm over seeds. */
function table(runs: readonly RunResult[]): string {
  const rows = summarise(runs.map(figuresOf)).map(({ level, density, arm, testAccuracy, earlyStopStep }) => [
    String(level),
    percent(density.mean),
    arm,
    percent(testAccuracy.mean),
    `${percent(testAccuracy.min)}–${percent(testAccuracy.max)}`,
    earlyStopStep.mean.toFixed(0),
  ]);
  const header = [m.cli_col_level(), m.cli_col_kept(), m.cli_col_arm(), m.cli_col_accuracy(), m.cli_col_range(), m.cli_col_early_stop()];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  return [header, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ')).join('\n');
}
