import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findTestCluster, startPostgres, stopPostgres } from '../../bin/postgres-cluster.mjs';
import type { Contender } from '../world.ts';

/** The registration shared secret of every server that is started here. */
export const SECRET = 'for the benchmark';
/** What PostgreSQL promises by its defaults, which nobody here changes. */
export const POSTGRES_DURABILITY = 'PostgreSQL, fsync on, synchronous_commit on: every commit is on the disk';

const READY_WITHIN_MS = 120_000;

/** A server that runs for the benchmark. */
export interface ServerUnderTest {
  readonly contender: Contender;
  /** Ends it and its database, and deletes what they kept. */
  stop(): Promise<void>;
}

/** How a kind of server is started. */
export interface ServerKind {
  readonly name: string;
  readonly database: 'sqlite' | 'postgres';
  readonly durability: string;
  /** Why it cannot be started here; undefined if it can. */
  readonly missing: () => string | undefined;
  /** Writes what the server needs into its folder, and says how it is started. */
  readonly prepare: (place: Place) => Promise<Command>;
}

/** Where a server lives. */
export interface Place {
  readonly folder: string;
  readonly port: number;
  /** Of a PostgreSQL server of its own; empty on SQLite. */
  readonly postgresUrl: string;
}

/** How a server is started. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server, and a PostgreSQL of its own if it wants one, and waits until it answers. */
export async function startServer(kind: ServerKind, port: number): Promise<ServerUnderTest> {
  const folder = `${findTestCluster()}-bench-${port}`;
  const cluster = join(folder, 'postgres');
  await mkdir(folder, { recursive: true });
  const stops: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of stops.toReversed()) await step();
  };
  try {
    let postgresUrl = '';
    const pids: number[] = [];
    if (kind.database === 'postgres') {
      stops.push(() => stopPostgres(cluster));
      postgresUrl = await startPostgres(cluster);
      pids.push(Number.parseInt(await readFile(join(cluster, 'data', 'postmaster.pid'), 'utf8'), 10));
    }
    const { program, args, environment = {} } = await kind.prepare({ folder, port, postgresUrl });
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    stops.push(() => end(child));
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url, child);
    pids.push(child.pid ?? 0);
    const { name, durability } = kind;
    return { contender: { name, durability, url, pids, secret: SECRET }, stop };
  } catch (error) {
    await stop();
    throw new Error(`${kind.name} did not start`, { cause: error });
  }
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}: ${said}`);
    const response = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(`it does not answer: ${said}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killing);
}
