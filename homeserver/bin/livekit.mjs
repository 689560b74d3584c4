// LiveKit, whose server calls go through: a pinned version, built by Go.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES_FOLDER } from './postgres-cluster.mjs';
import { findProgram, run } from './programs.mjs';

const VERSION = 'v1.13.5';
const PROGRAM = join(SERVICES_FOLDER, 'livekit', VERSION, 'livekit-server');

/**
 * The program, if it is installed or on the PATH.
 * @returns {string | undefined}
 */
export function findLivekit() {
  return existsSync(PROGRAM) ? PROGRAM : findProgram('livekit-server');
}

/**
 * Builds LiveKit from its module, unless there is one already; some minutes on a small machine.
 * @returns {Promise<number>} an exit code
 */
export async function installLivekit() {
  if (findLivekit()) return 0;
  const go = findProgram('go');
  if (!go) {
    console.error('LiveKit needs Go 1.26 or newer');
    return 1;
  }
  console.log(`LiveKit: building ${PROGRAM} ...`);
  // Not "go install": that asks for the list of all versions, which not every module proxy gives.
  const module = `github.com/livekit/livekit-server@${VERSION}`;
  const download = spawnSync(go, ['mod', 'download', '-json', module], { encoding: 'utf8' });
  if (download.status !== 0) {
    console.error(download.stdout || download.stderr);
    return 1;
  }
  mkdirSync(join(PROGRAM, '..'), { recursive: true });
  return run(go, ['build', '-buildvcs=false', '-trimpath', '-o', PROGRAM, './cmd/server'], {
    cwd: JSON.parse(download.stdout).Dir,
  });
}
