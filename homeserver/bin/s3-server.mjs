// Versity S3 Gateway, an S3 server that the tests keep media in.
import { buildGoProgram, findGoProgram } from './go-program.mjs';
import { findProgram } from './programs.mjs';

const GATEWAY = {
  name: 'versitygw',
  module: 'github.com/versity/versitygw',
  version: 'v1.2.0',
  folder: './cmd/versitygw',
};

/**
 * The program, if it is installed or on the PATH.
 * @returns {string | undefined}
 */
export function findS3Server() {
  return findGoProgram(GATEWAY) ?? findProgram(GATEWAY.name);
}

/**
 * Builds it, unless there is one already.
 * @returns {Promise<number>} an exit code
 */
export async function installS3Server() {
  return findS3Server() ? 0 : buildGoProgram(GATEWAY);
}
