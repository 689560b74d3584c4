// Plain JavaScript for Node 18 and newer: it runs before the right Node has been found.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first Node that runs the server's TypeScript as it is. */
const OLDEST_NODE = 24;

/** The root of the repository. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Whether the Node that runs this is new enough. */
export function isNodeNewEnough() {
  return Number.parseInt(process.versions.node, 10) >= OLDEST_NODE;
}

/**
 * The path of a Node that is new enough: the running one, else that of the npm package `node`.
 * @returns {string | undefined}
 */
export function findNode() {
  if (isNodeNewEnough()) return process.execPath;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const program = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/** What to tell somebody for whom `findNode` found none. */
export const NODE_NEEDED =
  `Guildhall needs Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}. ` +
  `Please install Node ${OLDEST_NODE} from https://nodejs.org, or run "npm ci" in ${ROOT}, which brings it along ` +
  `on most platforms.`;

/** Where Node keeps the server's compiled code, so that a second start is quick. */
export const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'guildhall', 'compiled');
