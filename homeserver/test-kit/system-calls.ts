import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** A finished system call, in the order in which the calls finished. */
export interface SystemCall {
  readonly name: string;
  /** Everything that strace printed of it: the file behind the descriptor, and the data. */
  readonly text: string;
}

/** So much of each call's data is kept: more than a batch writes at once. */
const KEPT_BYTES = 200_000;

const TRACED = 'write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync';

/** Watches the writes and syncs of running processes. */
export class SystemCallTrace {
  readonly #strace: ChildProcess;
  readonly #file: string;

  private constructor(strace: ChildProcess, file: string) {
    this.#strace = strace;
    this.#file = file;
  }

  /**
   * Attaches to processes, their threads and what they fork.
   *
   * @param strace the program.
   * @param file where it writes.
   */
  static async attach(strace: string, pids: readonly number[], file: string): Promise<SystemCallTrace> {
    const args = ['-f', '-y', '-s', String(KEPT_BYTES), '-e', `trace=${TRACED}`, '-o', file];
    const child = spawn(strace, [...args, ...pids.flatMap((pid) => ['-p', String(pid)])], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    // Attached, or gone meanwhile: either way strace names the process.
    const waiting = new Map(pids.map((pid) => [pid, new RegExp(`\\b${pid}\\b`)]));
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`strace ended: ${said}`)));
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        for (const [pid, name] of waiting) if (name.test(said)) waiting.delete(pid);
        if (waiting.size === 0) resolve();
      });
    });
    return new SystemCallTrace(child, file);
  }

  /** Detaches, and returns the calls. The processes run on. */
  async stop(): Promise<SystemCall[]> {
    const ended = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await ended;
    return parseCalls(await readFile(this.#file, 'utf8'));
  }
}

/** Joins the halves of calls that others interrupted in the output; a call counts when it has finished. */
function parseCalls(output: string): SystemCall[] {
  const begun = new Map<string, string>();
  const calls: SystemCall[] = [];
  for (const line of output.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(rest);
    const text = resumed === null ? rest : `${begun.get(pid) ?? ''}${resumed[2] ?? ''}`;
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name !== undefined) calls.push({ name, text });
  }
  return calls;
}

/** A process and all that it forked. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(entry);
    if (parent !== undefined) parents.set(Number(entry), parent);
  }
  const tree = [pid];
  for (const known of tree) {
    for (const [child, parent] of parents) if (parent === known) tree.push(child);
  }
  return tree;
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
}
