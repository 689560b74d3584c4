import type { Result } from './benchmark.ts';
import type { Measurement } from './measure.ts';
import { formatNumber, median, percentile, ratio } from './statistics.ts';

/** Bytes in a megabyte, as memory is sold. */
const MB = 1_048_576;

/** The results as Markdown: throughput, CPU, latency, memory, and how many times the others each base does. */
export function presentResults(results: readonly Result[], bases: readonly string[]): string {
  const names = results.map(({ contender }) => contender.name);
  const workloads = [...(results[0]?.measurements.keys() ?? [])];
  const rows = (cell: (result: Result, workload: string) => string): string[][] =>
    workloads.map((workload) => [workload, ...results.map((result) => cell(result, workload))]);
  const sections = [
    ['What an acknowledged write survives', durabilities(results)],
    [
      'Operations a second',
      table(
        ['', ...names],
        rows((result, workload) => formatNumber(rateOf(result, workload))),
      ),
    ],
    ...(results.length > 1 ? bases : []).map((base) => ratiosTo(base, results, workloads)),
    [
      'CPU seconds of the server and its database for 1,000 operations',
      table(
        ['', ...names],
        rows((result, workload) => formatNumber(cpuOf(result, workload))),
      ),
    ],
    ['Milliseconds to the answer: median / 99th percentile', table(['', ...names], rows(latencyCell))],
    ['Memory in MB, the database included', memoryTable(results)],
  ] as const;
  return sections.map(([title, text]) => `### ${title}\n\n${text}`).join('\n\n');
}

function ratiosTo(
  baseName: string,
  results: readonly Result[],
  workloads: readonly string[],
): [string, string] {
  const base = results.find(({ contender }) => contender.name === baseName);
  const others = results.filter((result) => result !== base);
  const rows = workloads.map((workload) => [
    workload,
    ...others.map((other) => {
      const times = ratio(base && rateOf(base, workload), rateOf(other, workload));
      return times === undefined ? '–' : `${formatNumber(times)}x`;
    }),
  ]);
  return [
    `How many times as much ${baseName} does as`,
    table(['', ...others.map(({ contender }) => contender.name)], rows),
  ];
}

function durabilities(results: readonly Result[]): string {
  return results.map(({ contender }) => `- ${contender.name}: ${contender.durability}`).join('\n');
}

function memoryTable(results: readonly Result[]): string {
  const cell = (bytes: number | undefined) => formatNumber(bytes === undefined ? undefined : bytes / MB);
  return table(
    ['', ...results.map(({ contender }) => contender.name)],
    [
      ['before the first request', ...results.map(({ memory }) => cell(memory?.before))],
      ['after the last', ...results.map(({ memory }) => cell(memory?.after))],
    ],
  );
}

/** Operations a second: the median of the rounds. */
function rateOf(result: Result, workload: string): number {
  return median(measurementsOf(result, workload).map(({ operations, seconds }) => operations / seconds));
}

/** CPU seconds for 1,000 operations: the median of the rounds. */
function cpuOf(result: Result, workload: string): number {
  const rounds = measurementsOf(result, workload);
  return median(
    rounds.map(({ cpuSeconds, operations }) => ((cpuSeconds ?? Number.NaN) / operations) * 1_000),
  );
}

/** Of all rounds together. */
function latencyCell(result: Result, workload: string): string {
  const latencies = measurementsOf(result, workload).flatMap(({ latenciesMs }) => latenciesMs);
  return `${formatNumber(percentile(latencies, 0.5))} / ${formatNumber(percentile(latencies, 0.99))}`;
}

function measurementsOf(result: Result, workload: string): readonly Measurement[] {
  return result.measurements.get(workload) ?? [];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map(line).join('\n');
}
