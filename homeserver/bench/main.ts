/**
 * Measures Matrix servers that run on this machine, side by side:
 *
 *     node homeserver/bench/main.ts --server NAME=URL [--server ...] --secret SECRET
 *       [--pid NAME=PID,PID] [--durability NAME=TEXT] [--base NAME] [--rounds 3] [--seconds 2]
 *       [--workload TEXT]
 *
 * SECRET is their registration shared secret, and their rate limits have to be off. With `--pid` (the server and its
 * database) the CPU time and memory are measured too.
 * `--workload` takes those whose names hold the text.
 */
import { parseArgs } from 'node:util';
import { runBenchmark } from './benchmark.ts';
import { presentResults } from './report.ts';
import type { Contender } from './world.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const { values } = parseArgs({
  options: {
    server: { type: 'string', multiple: true, default: [] },
    secret: { type: 'string', default: '' },
    pid: { type: 'string', multiple: true, default: [] },
    durability: { type: 'string', multiple: true, default: [] },
    base: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    workload: { type: 'string', default: '' },
  },
});

const pids = new Map(values.pid.map(splitAtEquals));
const durabilities = new Map(values.durability.map(splitAtEquals));
const contenders = values.server.map(splitAtEquals).map(
  ([name, url]): Contender => ({
    name,
    url: requireLoopback(url),
    secret: values.secret,
    durability: durabilities.get(name) ?? 'not stated',
    pids: (pids.get(name) ?? '').split(',').filter(Boolean).map(Number),
  }),
);
if (contenders.length === 0 || values.secret === '') {
  throw new Error('Give a --server NAME=URL at least, and the --secret');
}
const results = await runBenchmark(contenders, {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  workload: values.workload,
  onProgress: (text) => console.error(text),
});
console.log(presentResults(results, values.base ?? contenders.slice(0, 1).map(({ name }) => name)));

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`${text} is not NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A benchmark is an attack on whoever did not ask for it. */
function requireLoopback(url: string): string {
  if (!LOOPBACK.has(new URL(url).hostname)) throw new Error(`${url} is not on this machine`);
  return url;
}
