import { type ProcessUsage, readUsage } from './process-usage.ts';

/** What one operation brought to many: a latency for each of them, and how long it took until the last had it. */
export interface Deliveries {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
}

/** Does one operation, or as many as it delivers; `false` when there is none left. */
export type Operation = () => Promise<boolean | Deliveries>;

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
  let deliveringSeconds = 0;
  const work = async (): Promise<void> => {
    while (begun < maxOperations) {
      begun += 1;
      const sent = performance.now();
      const outcome = sent < end && (await operation());
      if (outcome === false) return;
      if (outcome === true) latenciesMs.push(performance.now() - sent);
      else {
        latenciesMs.push(...outcome.latenciesMs);
        deliveringSeconds += outcome.seconds;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  // Between deliveries everybody is given time to wait again.
  const elapsed = deliveringSeconds || (performance.now() - start) / 1_000;
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
