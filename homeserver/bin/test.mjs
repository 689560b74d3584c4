// npm test [-- PART OF A NAME]: installs what is missing and runs every suite that this machine allows. Plain
// JavaScript for Node 18 and newer. Its last line is "N passed, N failed, N skipped".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClientBuilt } from './client-build.mjs';
import { ensureInstalled } from './installation.mjs';
import { findLivekit } from './livekit.mjs';
import { findMautrixPython } from './mautrix.mjs';
import {
  findPostgresPrograms,
  findTestCluster,
  postgresUrl,
  startPostgres,
  stopPostgres,
} from './postgres-cluster.mjs';
import { findChromium, findProgram, run } from './programs.mjs';
import { ROOT } from './runtime.mjs';
import { findS3Server } from './s3-server.mjs';
import { SUITES } from './suites.mjs';
import { findSynapsePython } from './synapse.mjs';

const SUITE_TIME_LIMIT_MS = 20 * 60_000;
const IN_CI = process.env.CI === 'true';
const INSTALL_HINT = 'run "npm run services -- install"';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ environment: Record<string, string> } | { lacking: string }} Need */

const node = await ensureInstalled();
const scratch = mkdtempSync(join(tmpdir(), 'guildhall-test-'));
/** @type {(() => void)[]} */
const cleanups = [() => rmSync(scratch, { recursive: true, force: true })];
/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const summary = [];

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const cleanup of cleanups) cleanup();
    process.exit(130);
  });
}

const wanted = process.argv[2] ?? '';
for (const suite of SUITES.filter(({ name }) => name.includes(wanted))) {
  console.log(`\n== ${suite.name}`);
  const { counts, remark } = await runSuite(suite);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  summary.push(`${suite.name}: ${describe(counts)}${remark ? ` (${remark})` : ''}`);
}
for (const cleanup of cleanups) cleanup();
console.log(`\n${summary.join('\n')}`);
console.log(describe(total));
process.exitCode = total.failed > 0 || total.passed === 0 || (IN_CI && total.skipped > 0) ? 1 : 0;

/**
 * @param {import('./suites.mjs').Suite} suite
 * @returns {Promise<{ counts: Counts, remark?: string }>} a suite that cannot run counts as one test
 */
async function runSuite(suite) {
  /** @type {Record<string, string>} */
  const environment = { ...suite.environment };
  for (const need of suite.needs ?? []) {
    const met = await meet(need);
    if ('lacking' in met) {
      console.log(`${IN_CI ? 'failed, as CI=true allows no skip' : 'skipped'}: ${met.lacking}`);
      const counts = IN_CI ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 };
      return { counts, remark: met.lacking };
    }
    Object.assign(environment, met.environment);
  }
  for (const want of suite.wants ?? []) {
    const met = await meet(want);
    if ('lacking' in met) console.log(`${met.lacking}; the tests that need it are skipped`);
    else Object.assign(environment, met.environment);
  }
  const countsFile = join(scratch, `${summary.length}.json`);
  const code = await run(
    node,
    [
      join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      ...['--reporter', join(ROOT, 'homeserver', 'bin', 'mocha-reporter.mjs')],
      ...['--reporter-option', `counts=${countsFile}`],
      ...(IN_CI ? ['--forbid-only', '--forbid-pending'] : []),
      ...suite.files,
    ],
    { cwd: ROOT, env: { ...process.env, ...environment }, timeLimitMs: SUITE_TIME_LIMIT_MS },
  );
  return readCounts(countsFile, code);
}

/**
 * @param {string} file
 * @param {number} code
 * @returns {{ counts: Counts, remark?: string }}
 */
function readCounts(file, code) {
  try {
    /** @type {Counts} */
    const counts = JSON.parse(readFileSync(file, 'utf8'));
    if (code === 0 || counts.failed > 0) return { counts };
    return { counts: { ...counts, failed: 1 }, remark: `all ran, then it ended with exit code ${code}` };
  } catch {
    return { counts: { passed: 0, failed: 1, skipped: 0 }, remark: `it ended early with exit code ${code}` };
  }
}

/**
 * @param {NonNullable<import('./suites.mjs').Suite['needs' | 'wants']>[number]} need
 * @returns {Promise<Need>} the variables that tell the tests where it is, or what is lacking
 */
async function meet(need) {
  if (need === 'postgres') return meetPostgres();
  if (need === 'client') {
    try {
      await ensureClientBuilt(node);
      return { environment: {} };
    } catch (error) {
      return { lacking: error instanceof Error ? error.message : String(error) };
    }
  }
  if (need === 'synapse') {
    return findSynapsePython()
      ? { environment: {} }
      : { lacking: `Synapse is not installed: ${INSTALL_HINT}` };
  }
  if (need === 'mautrix') {
    return findMautrixPython()
      ? { environment: {} }
      : { lacking: `mautrix is not installed: ${INSTALL_HINT}` };
  }
  if (need === 'livekit') {
    return findLivekit() ? { environment: {} } : { lacking: `LiveKit is not installed: ${INSTALL_HINT}` };
  }
  if (need === 's3') {
    return findS3Server() ? { environment: {} } : { lacking: `no S3 server is installed: ${INSTALL_HINT}` };
  }
  const path = need === 'chromium' ? findChromium() : findProgram(need);
  if (path) return { environment: { [`GUILDHALL_TEST_${need.toUpperCase()}`]: path } };
  return { lacking: `${need} is not on the PATH: ${INSTALL_HINT}` };
}

/** @returns {Promise<Need>} */
async function meetPostgres() {
  const given = process.env.GUILDHALL_TEST_POSTGRES_URL;
  if (given) return { environment: { GUILDHALL_TEST_POSTGRES_URL: given } };
  if (!findPostgresPrograms()) return { lacking: `PostgreSQL is not installed: ${INSTALL_HINT}` };
  const cluster = findTestCluster();
  const running = postgresUrl(cluster);
  if (running) return { environment: { GUILDHALL_TEST_POSTGRES_URL: running } };
  cleanups.push(() => stopPostgres(cluster));
  return { environment: { GUILDHALL_TEST_POSTGRES_URL: await startPostgres(cluster) } };
}

/** @param {Counts} counts */
function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
