/**
 * npm run soak -- bench [--rounds 3] [--seconds 2] [--only TEXT] [--workload TEXT]: starts Guildhall on SQLite and on
 * PostgreSQL, and Synapse and Dendrite where they are installed (npm run services -- install), does the same work on all
 * of them in one run, and prints the tables of docs/benchmarks.md. `--only` takes the servers whose names hold the text,
 * or one of several between `|`, `--workload` the workloads.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { freePort } from '../test-kit/server-process.ts';
import { runBenchmark } from './benchmark.ts';
import { presentResults } from './report.ts';
import { DENDRITE } from './servers/dendrite.ts';
import { GUILDHALL } from './servers/guildhall.ts';
import { type ServerUnderTest, startServer } from './servers/server-under-test.ts';
import { SYNAPSE } from './servers/synapse.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    workload: { type: 'string', default: '' },
  },
});

const say = (text: string): void => console.error(text);
const isWanted = (name: string): boolean => values.only.split('|').some((part) => name.includes(part));
const wanted = [...GUILDHALL, ...SYNAPSE, ...DENDRITE].filter(({ name }) => isWanted(name));
const servers: ServerUnderTest[] = [];
try {
  for (const kind of wanted) {
    const missing = kind.missing();
    if (missing !== undefined) {
      say(`${kind.name} is left out: ${missing}`);
      continue;
    }
    say(`${kind.name} starts`);
    servers.push(await startServer(kind, await freePort()));
  }
  const results = await runBenchmark(
    servers.map(({ contender }) => contender),
    {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      workload: values.workload,
      onProgress: say,
    },
  );
  const cores = cpus();
  say('');
  console.log(`${cores.length} x ${cores[0]?.model ?? 'unknown'}, Node ${process.versions.node}\n`);
  const ours = GUILDHALL.map(({ name }) => name).filter(isWanted);
  console.log(presentResults(results, ours));
} finally {
  for (const server of servers) await server.stop();
}
