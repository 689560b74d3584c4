// npm run demo: installs and builds what is missing, then starts a server of its own and fills it. Plain JavaScript for
// Node 18 and newer.
import { join } from 'node:path';
import { ensureClientBuilt } from './client-build.mjs';
import { ensureInstalled } from './installation.mjs';
import { run } from './programs.mjs';
import { ROOT } from './runtime.mjs';

try {
  const node = await ensureInstalled();
  await ensureClientBuilt(node);
  process.exitCode = await run(node, [join(ROOT, 'client', 'demo', 'main.ts')]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
