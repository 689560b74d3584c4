// Dendrite, which Guildhall is compared with in its benchmark.
import { buildGoProgram, findGoProgram } from './go-program.mjs';
import { findProgram } from './programs.mjs';

const DENDRITE = {
  name: 'dendrite',
  module: 'github.com/element-hq/dendrite',
  version: 'v0.15.2',
  folder: './cmd/dendrite',
};

/**
 * The program, if it is installed.
 * @returns {string | undefined}
 */
export function findDendrite() {
  return findGoProgram(DENDRITE);
}

/**
 * Builds it, unless that is done already.
 * @returns {Promise<number>} an exit code
 */
export async function installDendrite() {
  if (findProgram('gcc', 'cc')) return buildGoProgram(DENDRITE);
  console.error('dendrite needs a C compiler');
  return 1;
}
