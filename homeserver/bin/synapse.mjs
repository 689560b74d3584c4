// Synapse, which Guildhall is compared with: a pinned version from PyPI in a Python environment of its own.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES_FOLDER } from './postgres-cluster.mjs';
import { findProgram, run } from './programs.mjs';
import { ROOT } from './runtime.mjs';

const ENVIRONMENT = join(SERVICES_FOLDER, 'synapse');
const PYTHON = join(ENVIRONMENT, 'bin', 'python');
const REQUIREMENTS = join(ROOT, 'synapse-compat-tests', 'requirements.txt');
/** A copy of the requirements that the environment meets, written last. */
const INSTALLED = join(ENVIRONMENT, 'requirements.txt');

/** Whether a Python is new enough for Synapse and can make environments, which Debian leaves to another package. */
const FITS = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))';

/**
 * A Python that Synapse can be installed with.
 * @returns {string | undefined}
 */
export function findPython() {
  return ['python3.11', 'python3.12', 'python3.13', 'python3']
    .map((name) => findProgram(name))
    .find((path) => path !== undefined && spawnSync(path, ['-c', FITS], { stdio: 'ignore' }).status === 0);
}

/**
 * The Python of the environment in which the Synapse of `requirements.txt` is installed.
 * @returns {string | undefined}
 */
export function findSynapsePython() {
  const upToDate = existsSync(INSTALLED) && readFileSync(INSTALLED).equals(readFileSync(REQUIREMENTS));
  return upToDate ? PYTHON : undefined;
}

/**
 * Installs Synapse, unless it is installed already.
 * @returns {Promise<number>} an exit code
 */
export async function installSynapse() {
  if (findSynapsePython()) return 0;
  const python = findPython();
  if (!python) {
    console.error('Synapse needs Python 3.10 or newer, with venv');
    return 1;
  }
  console.log(`Synapse: installing it in ${ENVIRONMENT} ...`);
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--only-binary', ':all:'];
  const code =
    (await run(python, ['-m', 'venv', ENVIRONMENT])) ||
    (await run(PYTHON, ['-m', 'pip', 'install', ...options, '--requirement', REQUIREMENTS]));
  if (code === 0) copyFileSync(REQUIREMENTS, INSTALLED);
  return code;
}
