import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/server/main.ts', import.meta.url));
const READY_WITHIN_MS = 30_000;

/** A server in a process of its own, which a test may kill. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has written so far. */
  readonly output: () => string;
  /** Sends a signal and waits for the end. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** How to start one. */
export interface ServerProcessOptions {
  /** Configuration keys without `GUILDHALL_`; `PORT` is a free one unless given. */
  readonly configuration: Readonly<Record<string, string>>;
  /** What the process is started under, for instance strace and its arguments. */
  readonly under?: readonly string[];
}

/** Starts a server and waits until it answers. */
export async function startServerProcess({
  configuration,
  under = [],
}: ServerProcessOptions): Promise<ServerProcess> {
  const port = configuration.PORT ?? String(await freePort());
  const settings = {
    SERVER_NAME: 'hs.test',
    REGISTRATION: 'open',
    RATE_LIMITS: 'off',
    ...configuration,
    PORT: port,
  };
  const env = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`GUILDHALL_${key}`, value]));
  const [command = process.execPath, ...args] = [...under, process.execPath, MAIN, 'start'];
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the server did not start: ${output}`, { cause: error });
  }
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const response = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
    if (response?.ok) return;
    await delay(25);
  }
  throw new Error('it did not answer in time');
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
