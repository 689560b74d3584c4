// LiveKit, whose server calls go through.
import { buildGoProgram, findGoProgram } from './go-program.mjs';
import { findProgram } from './programs.mjs';

const LIVEKIT = {
  name: 'livekit-server',
  module: 'github.com/livekit/livekit-server',
  version: 'v1.13.5',
  folder: './cmd/server',
};

/**
 * The program, if it is installed or on the PATH.
 * @returns {string | undefined}
 */
export function findLivekit() {
  return findGoProgram(LIVEKIT) ?? findProgram(LIVEKIT.name);
}

/**
 * Builds it, unless there is one already.
 * @returns {Promise<number>} an exit code
 */
export async function installLivekit() {
  return findLivekit() ? 0 : buildGoProgram(LIVEKIT);
}
