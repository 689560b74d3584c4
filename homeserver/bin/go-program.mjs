// Programs that the tests want and Go builds: pinned versions, each in a folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES_FOLDER } from './postgres-cluster.mjs';
import { findProgram, run } from './programs.mjs';

/**
 * @typedef {object} GoProgram
 * @property {string} name of the program
 * @property {string} module the path of its module
 * @property {string} version `v1.2.3`
 * @property {string} folder of the command in the module
 */

/** @param {GoProgram} program */
function pathOf({ name, version }) {
  return join(SERVICES_FOLDER, name, version, name);
}

/**
 * The program, if it was built here.
 * @param {GoProgram} program
 * @returns {string | undefined}
 */
export function findGoProgram(program) {
  const path = pathOf(program);
  return existsSync(path) ? path : undefined;
}

/**
 * Builds a program from its module, unless that is done already; some minutes on a small machine.
 * @param {GoProgram} program
 * @returns {Promise<number>} an exit code
 */
export async function buildGoProgram(program) {
  if (findGoProgram(program)) return 0;
  const { name, module, version, folder } = program;
  const go = findProgram('go');
  if (!go) {
    console.error(`${name} needs Go 1.26 or newer`);
    return 1;
  }
  const path = pathOf(program);
  console.log(`${name}: building ${path} ...`);
  // Not "go install": that asks for the list of all versions, which not every module proxy gives.
  const download = spawnSync(go, ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' });
  if (download.status !== 0) {
    console.error(download.stdout || download.stderr);
    return 1;
  }
  mkdirSync(join(path, '..'), { recursive: true });
  return run(go, ['build', '-buildvcs=false', '-trimpath', '-o', path, folder], {
    cwd: JSON.parse(download.stdout).Dir,
  });
}
