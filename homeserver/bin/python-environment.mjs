// Python programs, each in an environment of its own below .services, with the packages of a file of requirements.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES_FOLDER } from './postgres-cluster.mjs';
import { findProgram, run } from './programs.mjs';

/** Whether a Python is new enough and can make environments, which Debian leaves to another package. */
const FITS = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))';

/**
 * A Python that environments can be made with.
 * @returns {string | undefined}
 */
export function findPython() {
  return ['python3.11', 'python3.12', 'python3.13', 'python3']
    .map((name) => findProgram(name))
    .find((path) => path !== undefined && spawnSync(path, ['-c', FITS], { stdio: 'ignore' }).status === 0);
}

/**
 * The Python of an environment in which the requirements are installed as they are now.
 * @param {string} name of the folder
 * @param {string} requirements their file
 * @returns {string | undefined}
 */
export function findEnvironment(name, requirements) {
  const installed = installedIn(name);
  const upToDate = existsSync(installed) && readFileSync(installed).equals(readFileSync(requirements));
  return upToDate ? pythonIn(name) : undefined;
}

/**
 * Makes an environment, unless it is there.
 * @param {string} name
 * @param {string} requirements
 * @returns {Promise<number>} an exit code
 */
export async function installEnvironment(name, requirements) {
  if (findEnvironment(name, requirements)) return 0;
  const python = findPython();
  if (!python) {
    console.error(`${name} needs Python 3.10 or newer, with venv`);
    return 1;
  }
  const folder = join(SERVICES_FOLDER, name);
  console.log(`${name}: installing it in ${folder} ...`);
  rmSync(folder, { recursive: true, force: true });
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--only-binary', ':all:'];
  const code =
    (await run(python, ['-m', 'venv', folder])) ||
    (await run(pythonIn(name), ['-m', 'pip', 'install', ...options, '--requirement', requirements]));
  if (code === 0) copyFileSync(requirements, installedIn(name));
  return code;
}

/** @param {string} name */
function pythonIn(name) {
  return join(SERVICES_FOLDER, name, 'bin', 'python');
}

/**
 * A copy of the requirements that the environment meets, written last.
 * @param {string} name
 */
function installedIn(name) {
  return join(SERVICES_FOLDER, name, 'requirements.txt');
}
