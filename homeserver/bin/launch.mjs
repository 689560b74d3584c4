// Plain JavaScript for Node 18 and newer: it runs before the right Node has been found.
import { spawn } from 'node:child_process';
import * as module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { COMPILE_CACHE, findNode, isNodeNewEnough, NODE_NEEDED, ROOT } from './runtime.mjs';

const MAIN = join(ROOT, 'homeserver', 'src', 'server', 'main.ts');
const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

/**
 * Runs the server's command line: in this process when its Node is new enough, else in a child that ends
 * with this process, and this process with it.
 * @param {readonly string[]} args for instance `['start', '--config', 'homeserver.yaml']`
 */
export async function runGuildhall(args) {
  if (isNodeNewEnough()) {
    process.argv = [process.execPath, MAIN, ...args];
    module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE);
    await import(pathToFileURL(MAIN).href);
    return;
  }
  const node = findNode();
  if (node === undefined) {
    console.error(NODE_NEEDED);
    process.exitCode = 1;
    return;
  }
  runInChild(node, args);
}

/**
 * @param {string} node
 * @param {readonly string[]} args
 */
function runInChild(node, args) {
  const follow = new URL('./follow-launcher.mjs', import.meta.url).href;
  const child = spawn(node, ['--import', follow, MAIN, ...args], {
    // The channel carries nothing: it closes when this process is killed, and then the child ends too.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE },
  });
  for (const signal of FORWARDED_SIGNALS) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well, and a second one means "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`Could not run ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
