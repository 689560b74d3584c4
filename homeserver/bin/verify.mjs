// npm run verify: everything that can be said about the code without running it. Plain JavaScript for Node 18
// and newer.
import { join } from 'node:path';
import { ensureInstalled } from './installation.mjs';
import { run } from './programs.mjs';
import { ROOT } from './runtime.mjs';

const node = await ensureInstalled();

/** @param {...string} path of a script inside node_modules */
const dependency = (...path) => join(ROOT, 'node_modules', ...path);
/** @param {string} name of a script beside this one */
const sibling = (name) => join(ROOT, 'homeserver', 'bin', name);

/** @type {readonly { name: string, args: readonly string[] }[]} */
const CHECKS = [
  {
    name: 'format and lint',
    args: [dependency('@biomejs', 'biome', 'bin', 'biome'), 'ci', '--error-on-warnings'],
  },
  { name: 'types', args: [dependency('typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'] },
  {
    name: 'types of the client',
    args: [dependency('typescript', 'bin', 'tsc'), '-p', 'client/tsconfig.json'],
  },
  { name: 'walls between the rooms', args: [sibling('check-walls.mjs')] },
  { name: 'dead code', args: [dependency('knip', 'bin', 'knip.js')] },
  { name: 'generated files', args: [sibling('generate.mjs'), '--check'] },
];

/** @type {string[]} */
const failed = [];
for (const { name, args } of CHECKS) {
  console.log(`== ${name}`);
  if ((await run(node, args, { cwd: ROOT })) !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nAll is well.' : `\nNot well: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
