// Says which imports go through a wall; see walls.mjs.
import { ROOT } from './runtime.mjs';
import { checkWalls } from './walls.mjs';

const problems = checkWalls(ROOT, ['homeserver', 'client', 'synapse-compat-tests']);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
