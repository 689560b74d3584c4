// npm run services -- install [dendrite] | start | stop | status: what the tests want beside Node. Plain JavaScript for
// Node 18 and newer.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDendrite, installDendrite } from './dendrite.mjs';
import { findLivekit, installLivekit } from './livekit.mjs';
import { findMautrixPython, installMautrix } from './mautrix.mjs';
import {
  findPostgresPrograms,
  findTestCluster,
  postgresUrl,
  SERVICES_FOLDER,
  startPostgres,
  stopPostgres,
} from './postgres-cluster.mjs';
import { findChromium, findProgram, run } from './programs.mjs';
import { findPython } from './python-environment.mjs';
import { findS3Server, installS3Server } from './s3-server.mjs';
import { findSynapsePython, installSynapse } from './synapse.mjs';

/** Variables that tell the tests what runs where. */
const ENVIRONMENT_FILE = join(SERVICES_FOLDER, 'env.json');

/** What is wanted, as Debian names it. */
const PROGRAMS = [
  { name: 'PostgreSQL', package: 'postgresql', find: findPostgresPrograms },
  { name: 'Chromium', package: 'chromium', find: findChromium },
  { name: 'strace', package: 'strace', find: () => findProgram('strace') },
  { name: 'Python', package: 'python3-venv', find: findPython },
];

const COMMANDS = { install, start, stop, status };

/** @param {string} [extra] what only the benchmark wants, and takes minutes to build */
async function install(extra) {
  if (extra === 'dendrite') return installDendrite();
  return (
    (await installPrograms()) ||
    (await installSynapse()) ||
    (await installMautrix()) ||
    (await installLivekit()) ||
    installS3Server()
  );
}

async function installPrograms() {
  const missing = PROGRAMS.filter(({ find }) => !find());
  for (const { name, find } of PROGRAMS) console.log(`${name}: ${find() ?? 'missing'}`);
  if (missing.length === 0) return 0;
  const packages = missing.map((program) => program.package);
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    console.error(
      `Please install these Debian packages, or put their programs on the PATH: ${packages.join(' ')}`,
    );
    return 1;
  }
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env: environment });
  const options = ['install', '-y', '-q', '--no-install-recommends'];
  return run('apt-get', [...options, ...packages], { env: environment });
}

async function start() {
  const url = await startPostgres(findTestCluster());
  writeFileSync(ENVIRONMENT_FILE, `${JSON.stringify({ GUILDHALL_TEST_POSTGRES_URL: url }, null, 2)}\n`, {
    mode: 0o600,
  });
  return status();
}

async function stop() {
  stopPostgres(findTestCluster());
  rmSync(ENVIRONMENT_FILE, { force: true });
  return 0;
}

async function status() {
  for (const { name, find } of PROGRAMS) console.log(`${name}: ${find() ?? 'missing'}`);
  console.log(`Synapse: ${findSynapsePython() ?? 'missing'}`);
  console.log(`LiveKit: ${findLivekit() ?? 'missing'}`);
  console.log(`S3 server: ${findS3Server() ?? 'missing'}`);
  console.log(`mautrix: ${findMautrixPython() ?? 'missing'}`);
  console.log(`Dendrite: ${findDendrite() ?? 'missing (only the benchmark wants it)'}`);
  const runs = postgresUrl(findTestCluster()) !== undefined;
  console.log(runs ? `PostgreSQL runs; its address is in ${ENVIRONMENT_FILE}` : 'PostgreSQL does not run');
  return 0;
}

const [name = '', ...args] = process.argv.slice(2);
const command = Object.entries(COMMANDS).find(([known]) => known === name)?.[1];
if (command) {
  process.exitCode = await command(...args);
} else {
  console.error(
    `npm run services -- ${Object.keys(COMMANDS).join(' | ')} (install dendrite: for the benchmark)`,
  );
  process.exitCode = 2;
}
