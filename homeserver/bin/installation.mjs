// Bringing a checkout into the state that its package-lock.json describes. Plain JavaScript for Node 18 and newer.
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './programs.mjs';
import { findNode, NODE_NEEDED, ROOT } from './runtime.mjs';

/**
 * Installs what is missing and gives the path of a Node that is new enough.
 * @returns {Promise<string>}
 */
export async function ensureInstalled() {
  if (!isInstalled()) {
    console.error('Installing the packages of package-lock.json (npm ci) ...');
    const { program, args } = npm();
    // Scripts put node_modules/.bin first, whose Node npm is about to replace under its own feet.
    const own = join(ROOT, 'node_modules', '.bin');
    const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own);
    const env = { ...process.env, PATH: path.join(delimiter) };
    const code = await run(
      program,
      [...args, 'ci', '--include=dev', '--include=optional', '--loglevel=error'],
      {
        cwd: ROOT,
        env,
      },
    );
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`);
  }
  const node = findNode();
  if (node === undefined) throw new Error(NODE_NEEDED);
  return node;
}

/** npm itself leaves a copy of the lock in node_modules, of what it has really installed. */
function isInstalled() {
  try {
    const wanted = readPackages(join(ROOT, 'package-lock.json'));
    const installed = readPackages(join(ROOT, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(([path, { version, integrity, optional, link }]) => {
      if (!link || !path.includes('node_modules/')) return true;
      const found = installed[path];
      // An optional package may be for another platform.
      return found ? found.version === version && found.integrity === integrity : optional === true;
    });
  } catch {
    return false;
  }
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean, link?: boolean }>}
 */
function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/** The npm that runs this script, or else that of the PATH. */
function npm() {
  const running = process.env.npm_execpath;
  if (running?.endsWith('.js')) return { program: process.execPath, args: [running] };
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}
