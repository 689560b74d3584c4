import { setTimeout as delay } from 'node:timers/promises';
import { NotServed } from './load-client.ts';
import { type Measurement, measure } from './measure.ts';
import { readUsage } from './process-usage.ts';
import { WORKLOADS } from './workloads.ts';
import { type Contender, World } from './world.ts';

/** How long and how often. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Of each workload on each server in each round. */
  readonly seconds: number;
  /** Only workloads whose name holds this text. */
  readonly workload: string;
  /** Told what is going on. */
  readonly onProgress: (text: string) => void;
}

/** What was measured of one server. */
export interface Result {
  readonly contender: Contender;
  /** By the workload's name, one for each round. */
  readonly measurements: ReadonlyMap<string, readonly Measurement[]>;
  /** Bytes before the first request and after the last; undefined when the processes are not known. */
  readonly memory: { readonly before: number; readonly after: number } | undefined;
}

/** For the servers to finish what they do after they answered. */
const PAUSE_MS = 300;

interface Running {
  readonly contender: Contender;
  readonly world: World;
  readonly measurements: Map<string, Measurement[]>;
  readonly memoryBefore: number | undefined;
}

/**
 * Does the same work on several servers, one at a time and in turns: each workload runs on all of them within the same
 * minute, every round in another order.
 */
export async function runBenchmark(
  contenders: readonly Contender[],
  { rounds, seconds, workload, onProgress }: BenchmarkOptions,
): Promise<Result[]> {
  const workloads = WORKLOADS.filter(({ name }) => name.includes(workload));
  const running: Running[] = [];
  for (const contender of contenders) {
    onProgress(`${contender.name}: accounts and rooms`);
    const memoryBefore = memoryOf(contender);
    running.push({ contender, memoryBefore, world: await World.create(contender), measurements: new Map() });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, inFlight, maxOperations, prepare } of workloads) {
      onProgress(`round ${round + 1} of ${rounds}: ${name}`);
      for (const { contender, world, measurements } of rotate(running, round)) {
        const operation = await prepare(world);
        try {
          const measurement = await measure(operation, { inFlight, seconds, maxOperations }, contender.pids);
          measurements.set(name, [...(measurements.get(name) ?? []), measurement]);
        } catch (error) {
          if (!(error instanceof NotServed)) throw error;
          onProgress(`${contender.name} does not serve this`);
        }
        await delay(PAUSE_MS);
      }
    }
  }
  return running.map(({ contender, world, measurements, memoryBefore }) => {
    world.close();
    const after = memoryOf(contender);
    const memory =
      memoryBefore === undefined || after === undefined ? undefined : { before: memoryBefore, after };
    return { contender, measurements, memory };
  });
}

function memoryOf({ pids }: Contender): number | undefined {
  return pids.length === 0 ? undefined : readUsage(pids).memoryBytes;
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
