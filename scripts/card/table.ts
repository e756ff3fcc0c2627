/** A card's report for people: Markdown. */
import type { CardReport, CrossingRow, SpeedRow } from './measure.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
/** Three significant figures, without an exponent. */
const figures = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${figures(100 * share)} %`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(line).join('\n');

export function cardTable({ selfTest, repeats, memory, leftBytes, speed, crossing, left, seconds, node }: CardReport): string {
  const failed = selfTest.parity.filter(({ passed }) => !passed);
  const parity = selfTest.parity.length;
  return [
    `${selfTest.adapter}; Node ${node}, ${selfTest.cores} cores; ${seconds} s`,
    `Parity with sparse: ${parity - failed.length} of ${parity} hold. The same bits twice: ${repeats ? 'yes' : 'NO'}. Left on the device in the end: ${leftBytes} bytes.`,
    ...nets(speed).map((net) => speedTable(net, speed)),
    ...nets(crossing).map((net) => crossingTable(net, crossing)),
    table(
      ['network', 'networks', 'MB on the device'],
      memory.map(({ net, networks, bytes }) => [net, String(networks), figures(bytes / 1e6)]),
    ),
    ...(left.length === 0 ? [] : [`No time was left for: ${left.join('; ')}.`]),
  ].join('\n\n');
}

const nets = (rows: readonly { readonly net: string }[]): readonly string[] => [...new Set(rows.map(({ net }) => net))];

/** One line a density, one column an engine and number of networks: thousand network-steps a second. */
function speedTable(net: string, rows: readonly SpeedRow[]): string {
  const ofNet = rows.filter((row) => row.net === net);
  const columnOf = ({ engine, networks }: SpeedRow): string => (engine === 'sparse' ? 'sparse, one thread' : `${engine} × ${networks}`);
  const columns = [...new Set(ofNet.map(columnOf))];
  const densities = [...new Set(ofNet.map(({ kept }) => kept))];
  const cell = (kept: number, column: string): string => {
    const found = ofNet.find((row) => row.kept === kept && columnOf(row) === column);
    return found === undefined ? '' : figures(found.stepsPerSecond / 1000);
  };
  return `${net}, thousand network-steps a second:\n\n${table(
    ['kept', ...columns],
    densities.map((kept) => [percent(kept), ...columns.map((column) => cell(kept, column))]),
  )}`;
}

function crossingTable(net: string, rows: readonly CrossingRow[]): string {
  return `${net}, whole matrices against lists, thousand network-steps a second:\n\n${table(
    ['kept', 'whole', 'lists', 'lists / whole'],
    rows
      .filter((row) => row.net === net)
      .map(({ kept, whole, listed }) => [percent(kept), figures(whole / 1000), figures(listed / 1000), figures(listed / whole)]),
  )}`;
}
