import { readFileSync } from 'node:fs';
import { processTree } from '../test-kit/system-calls.ts';

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** What processes have used. */
export interface ProcessUsage {
  /** User and system time of them and of those that they have outlived. */
  readonly cpuSeconds: number;
  /** Memory that is theirs, in bytes; what several share counts once, in parts. */
  readonly memoryBytes: number;
}

/** What these processes and all that they forked have used so far. Linux only, and of one's own processes. */
export function readUsage(pids: readonly number[]): ProcessUsage {
  const all = new Set(pids.flatMap((pid) => processTree(pid)));
  let cpuSeconds = 0;
  let memoryBytes = 0;
  for (const pid of all) {
    try {
      cpuSeconds += cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      memoryBytes += proportionalBytesOf(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    } catch (error) {
      // It ended between the listing and the look; its parent counts it from now on.
      if (pids.includes(pid)) throw error;
    }
  }
  return { cpuSeconds, memoryBytes };
}

/** utime, stime, cutime and cstime: the 14th to 17th field, where the 2nd may hold spaces and brackets (proc(5)). */
export function cpuSecondsOf(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = afterName.slice(11, 15).map(Number);
  return ticks.reduce((sum, part) => sum + part, 0) / TICKS_PER_SECOND;
}

function proportionalBytesOf(rollup: string): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1_024;
}
