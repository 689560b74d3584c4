// Finding and running other programs.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The path of the first of these programs that is on the PATH.
 * @param {...string} names
 * @returns {string | undefined}
 */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isProgram);
    if (found) return found;
  }
  return undefined;
}

/** @returns {string | undefined} */
export function findChromium() {
  return findProgram('chromium', 'chromium-browser', 'google-chrome');
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end, its input and output being ours.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeLimitMs?: number }} [options] past the limit it is killed
 * @returns {Promise<number>} its exit code; 1 when it could not run or was ended by a signal
 */
export function run(program, args, { timeLimitMs, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit', ...options });
    const timer =
      timeLimitMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeLimitMs);
    const endWithUs = () => child.kill();
    process.once('exit', endWithUs);
    /** @param {number} code */
    const finish = (code) => {
      clearTimeout(timer);
      process.removeListener('exit', endWithUs);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`Could not run ${program}: ${error.message}`);
      finish(1);
    });
    child.on('exit', (code) => finish(code ?? 1));
  });
}
