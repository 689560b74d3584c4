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
if (process.env.npm_lifecycle_event === 'start') endWithNpm();
await runGuildhall(['start', ...process.argv.slice(2)]);

/** npm passes a signal on to its shell only, which dies of it and leaves its children behind: end with the shell. */
function endWithNpm() {
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}
