// Building the web client when its sources have changed. Plain JavaScript for Node 18 and newer.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from './programs.mjs';
import { ROOT } from './runtime.mjs';

const CLIENT = join(ROOT, 'client');
/** The hash of the sources that the build was made from. */
const STAMP = join(ROOT, 'node_modules', '.cache', 'guildhall', 'client-build');
const NOT_SOURCES = new Set(['demo', 'dist', 'gallery', 'node_modules', 'soak', 'tests']);

/**
 * Builds the client unless its build is of the sources as they are.
 * @param {string} node the path of a Node that is new enough
 */
export async function ensureClientBuilt(node) {
  const sources = hashSources();
  const built = existsSync(join(CLIENT, 'dist', 'index.html')) && existsSync(STAMP);
  if (built && readFileSync(STAMP, 'utf8') === sources) return;
  console.error('Building the web client ...');
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const code = await run(node, [vite, 'build', '--logLevel', 'warn'], { cwd: CLIENT });
  if (code !== 0) throw new Error(`The web client could not be built (vite ended with exit code ${code})`);
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, sources);
}

function hashSources() {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  for (const file of listFiles(CLIENT).sort())
    hash.update(`\0${relative(CLIENT, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_SOURCES.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}
