// Synapse, which Guildhall is compared with: a pinned version from PyPI in a Python environment of its own.
import { join } from 'node:path';
import { findEnvironment, installEnvironment } from './python-environment.mjs';
import { ROOT } from './runtime.mjs';

const REQUIREMENTS = join(ROOT, 'synapse-compat-tests', 'requirements.txt');

/**
 * The Python of the environment in which the Synapse of `requirements.txt` is installed.
 * @returns {string | undefined}
 */
export function findSynapsePython() {
  return findEnvironment('synapse', REQUIREMENTS);
}

/**
 * Installs Synapse, unless it is installed already.
 * @returns {Promise<number>} an exit code
 */
export function installSynapse() {
  return installEnvironment('synapse', REQUIREMENTS);
}
