// A PostgreSQL server of our own, for tests: private to the folder it is given, on a free port of this machine,
// durable as in production. It needs the programs of PostgreSQL, not a running server.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './programs.mjs';
import { ROOT } from './runtime.mjs';

/** What "npm run services" keeps. */
export const SERVICES_FOLDER = join(ROOT, '.services');

const SUPERUSER = 'guildhall';

/**
 * The folder with `initdb` and `pg_ctl`: that of the PATH, else the newest of Debian's.
 * @returns {string | undefined}
 */
export function findPostgresPrograms() {
  const onPath = findProgram('initdb');
  if (onPath && findProgram('pg_ctl')) return join(onPath, '..');
  const debian = '/usr/lib/postgresql';
  if (!existsSync(debian)) return undefined;
  const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(debian, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/**
 * The address of the cluster in `folder` as its superuser, `undefined` when it does not run.
 * @param {string} folder
 * @returns {string | undefined}
 */
export function postgresUrl(folder) {
  const programs = findPostgresPrograms();
  if (!programs || !existsSync(join(folder, 'data', 'postmaster.pid'))) return undefined;
  if (runAsOwner(join(programs, 'pg_ctl'), ['status', '-D', join(folder, 'data')]).status !== 0)
    return undefined;
  const port = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(folder, 'password'), 'utf8').trim();
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
}

/**
 * Makes the cluster if need be and starts it, unless it runs already.
 * @param {string} folder absolute, reachable by the user that `runAsOwner` takes
 * @param {Readonly<Record<string, string>>} [settings] of postgresql.conf, for instance `{ synchronous_commit: 'off' }`
 * @returns {Promise<string>} its address
 */
export async function startPostgres(folder, settings = {}) {
  const running = postgresUrl(folder);
  if (running) return running;
  const programs = findPostgresPrograms();
  if (!programs) throw new Error('PostgreSQL is not installed: run "npm run services -- install"');
  if (!existsSync(join(folder, 'data', 'PG_VERSION'))) createCluster(programs, folder);
  const options = {
    listen_addresses: '127.0.0.1',
    port: String(await findFreePort()),
    unix_socket_directories: '',
    max_connections: '200',
    ...settings,
  };
  const log = join(folder, 'postgres.log');
  const parameters = Object.entries(options).map(([name, value]) => `-c ${name}='${value}'`);
  const { status } = runAsOwner(join(programs, 'pg_ctl'), [
    ...['start', '-w', '-D', join(folder, 'data')],
    ...['-l', log, '-o', parameters.join(' ')],
  ]);
  const url = status === 0 ? postgresUrl(folder) : undefined;
  if (!url) throw new Error(`PostgreSQL did not start: see ${log}`);
  return url;
}

/**
 * Stops the cluster in `folder`, if it runs.
 * @param {string} folder
 */
export function stopPostgres(folder) {
  const programs = findPostgresPrograms();
  if (!programs || !postgresUrl(folder)) return;
  runAsOwner(join(programs, 'pg_ctl'), ['stop', '-w', '-m', 'fast', '-D', join(folder, 'data')]);
}

/**
 * Where the cluster that the test suites share lives: in the checkout, unless its user cannot get there.
 * @returns {string}
 */
export function findTestCluster() {
  mkdirSync(SERVICES_FOLDER, { recursive: true });
  if (runAsOwner('test', ['-x', SERVICES_FOLDER]).status === 0) return join(SERVICES_FOLDER, 'postgres');
  const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, 12);
  return join(tmpdir(), `guildhall-postgres-${checkout}`);
}

/**
 * PostgreSQL refuses to run as root: then it runs as `postgres`, or else as `nobody`.
 * @returns {{ uid: number, gid: number } | undefined} `undefined` when this process's own user will do
 */
function findPostgresOwner() {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither a user "postgres" nor "nobody"');
}

/**
 * Runs a program as the user that owns the cluster. What it prints is dropped: a server that it leaves
 * behind would keep a pipe open.
 * @param {string} program
 * @param {readonly string[]} args
 */
function runAsOwner(program, args) {
  return spawnSync(program, args, { cwd: '/', stdio: 'ignore', ...findPostgresOwner() });
}

/**
 * @param {string} programs
 * @param {string} folder
 */
function createCluster(programs, folder) {
  const owner = findPostgresOwner();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${randomBytes(18).toString('hex')}\n`, { mode: 0o600 });
  if (owner) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const args = [
    '-D',
    join(folder, 'data'),
    '-U',
    SUPERUSER,
    '-E',
    'UTF8',
    '--locale=C',
    '-A',
    'scram-sha-256',
  ];
  const { status } = runAsOwner(join(programs, 'initdb'), [...args, `--pwfile=${passwordFile}`]);
  if (status !== 0) throw new Error(`initdb could not make a PostgreSQL cluster in ${folder}`);
}

/** @returns {Promise<number>} */
function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
