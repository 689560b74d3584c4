// npm start: installs and builds what is missing, then starts the server. Plain JavaScript for Node 18 and newer.
import { ensureClientBuilt } from './client-build.mjs';
import { ensureInstalled } from './installation.mjs';
import { runGuildhall } from './launch.mjs';

try {
  await ensureClientBuilt(await ensureInstalled());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
await runGuildhall(['start', ...process.argv.slice(2)]);
