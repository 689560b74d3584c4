// mautrix, a library for bridges from PyPI, with which the tests run one.
import { join } from 'node:path';
import { findEnvironment, installEnvironment } from './python-environment.mjs';
import { ROOT } from './runtime.mjs';

const REQUIREMENTS = join(ROOT, 'homeserver', 'test-kit', 'foreign', 'requirements.txt');

/**
 * The Python of the environment in which mautrix is installed.
 * @returns {string | undefined}
 */
export function findMautrixPython() {
  return findEnvironment('mautrix', REQUIREMENTS);
}

/**
 * Installs mautrix, unless it is installed already.
 * @returns {Promise<number>} an exit code
 */
export function installMautrix() {
  return installEnvironment('mautrix', REQUIREMENTS);
}
