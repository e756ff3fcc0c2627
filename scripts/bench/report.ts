/** Rows, as a file keeps them and as a table shows them. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Row {
  readonly case: string;
  readonly engine: string;
  /** Share of the prunable weights that is kept. */
  readonly density: number;
  /** The median turn, and the fastest one: what others do on the machine delays the one more than the other. */
  readonly msPerStep: number;
  readonly bestMsPerStep: number;
}

export function describeMachine(torch: string | null): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  const system = execFileSync('uname', ['-sm'], { encoding: 'utf8' }).trim();
  const load = loadavg()[0].toFixed(1);
  const engines = `Node ${process.versions.node}, V8 ${process.versions.v8}${torch === null ? '' : `, PyTorch ${torch}`}`;
  return `${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${memory} GB, ${system}; ${engines}; load ${load} at the start`;
}

/** One line a case and density, one column an engine: ms a step, and how many times the sparse engine's that is. */
export function tableOf(rows: readonly Row[]): string {
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  const lines = [...new Set(rows.map((row) => `${row.case}|${row.density}`))].map((key) => {
    const ofLine = rows.filter((row) => `${row.case}|${row.density}` === key);
    const sparse = ofLine.find(({ engine }) => engine === 'sparse');
    const cells = engines.map((engine) => {
      const row = ofLine.find((candidate) => candidate.engine === engine);
      if (row === undefined) return '';
      const times = `${figures(row.msPerStep)} (${figures(row.bestMsPerStep)})`;
      if (sparse === undefined || row === sparse) return times;
      return `${times} ×${figures(row.msPerStep / sparse.msPerStep)} (×${figures(row.bestMsPerStep / sparse.bestMsPerStep)})`;
    });
    return [ofLine[0].case, `${figures(100 * ofLine[0].density)} %`, ...cells];
  });
  const head = ['case', 'kept', ...engines];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...lines.map(line)].join('\n');
}

/** Three significant figures, without an exponent. */
const figures = (value: number): string => String(Number(value.toPrecision(3)));
