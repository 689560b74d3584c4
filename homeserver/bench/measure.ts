import { type ProcessUsage, readUsage } from './process-usage.ts';

/** Does one operation; `false` when there is none left. */
export type Operation = () => Promise<boolean>;

/** How much is asked at once, and for how long. */
export interface Load {
  readonly inFlight: number;
  readonly seconds: number;
  readonly maxOperations: number;
}

/** One workload on one server in one round. */
export interface Measurement {
  readonly operations: number;
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** Of the server and its database; undefined when their processes are not known. */
  readonly cpuSeconds: number | undefined;
}

/** Repeats an operation until the time is over, the count reached, or nothing left to do. */
export async function measure(
  operation: Operation,
  { inFlight, seconds, maxOperations }: Load,
  pids: readonly number[],
): Promise<Measurement> {
  const before = usageOf(pids);
  const latenciesMs: number[] = [];
  let begun = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  const work = async (): Promise<void> => {
    while (begun < maxOperations) {
      begun += 1;
      const sent = performance.now();
      if (sent >= end || !(await operation())) return;
      latenciesMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const elapsed = (performance.now() - start) / 1_000;
  const after = usageOf(pids);
  return {
    operations: latenciesMs.length,
    seconds: elapsed,
    latenciesMs,
    cpuSeconds: before && after ? after.cpuSeconds - before.cpuSeconds : undefined,
  };
}

function usageOf(pids: readonly number[]): ProcessUsage | undefined {
  return pids.length === 0 ? undefined : readUsage(pids);
}
