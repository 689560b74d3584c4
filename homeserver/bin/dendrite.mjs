// Dendrite, which Guildhall is compared with in its benchmark: a pinned version, built by Go.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES_FOLDER } from './postgres-cluster.mjs';
import { findProgram, run } from './programs.mjs';

const VERSION = 'v0.15.2';
const PROGRAM = join(SERVICES_FOLDER, 'dendrite', VERSION, 'dendrite');

/**
 * The program, if it is installed.
 * @returns {string | undefined}
 */
export function findDendrite() {
  return existsSync(PROGRAM) ? PROGRAM : undefined;
}

/**
 * Builds Dendrite from its module, unless that is done already; some minutes on a small machine.
 * @returns {Promise<number>} an exit code
 */
export async function installDendrite() {
  if (findDendrite()) return 0;
  const go = findProgram('go');
  if (!go || !findProgram('gcc', 'cc')) {
    console.error('Dendrite needs Go 1.24 or newer and a C compiler');
    return 1;
  }
  console.log(`Dendrite: building ${PROGRAM} ...`);
  // Not "go install": that asks for the list of all versions, which not every module proxy gives.
  const module = `github.com/element-hq/dendrite@${VERSION}`;
  const download = spawnSync(go, ['mod', 'download', '-json', module], { encoding: 'utf8' });
  if (download.status !== 0) {
    console.error(download.stdout || download.stderr);
    return 1;
  }
  mkdirSync(join(PROGRAM, '..'), { recursive: true });
  return run(go, ['build', '-buildvcs=false', '-trimpath', '-o', PROGRAM, './cmd/dendrite'], {
    cwd: JSON.parse(download.stdout).Dir,
  });
}
