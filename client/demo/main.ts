// npm run demo: a server of its own with a lively guild in it, for trying out. See README.md.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeAppServiceFile } from './app-service-file.ts';
import { password } from './cast.ts';
import { fillServer } from './fill-server.ts';

const GUILDHALL = fileURLToPath(new URL('../../homeserver/bin/guildhall.mjs', import.meta.url));
const readyWithin = 30_000;

const folder = resolve(process.env.GUILDHALL_DATA_DIR ?? 'demo-data');
const port = process.env.GUILDHALL_PORT ?? '8008';
const url = `http://localhost:${port}`;

if (existsSync(folder)) {
  console.error(
    `There is something in ${folder} already, and a demo begins on a fresh server.\n` +
      `Start what is there with "GUILDHALL_DATA_DIR=${folder} npm start", or delete the folder.`,
  );
  process.exit(1);
}

const sharedSecret = randomBytes(32).toString('hex');
const appServiceToken = randomBytes(32).toString('hex');
const appServices = join(folder, 'appservices');
await writeAppServiceFile(appServices, appServiceToken, randomBytes(32).toString('hex'));
const server = spawn(process.execPath, [GUILDHALL, 'start'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    GUILDHALL_DATA_DIR: folder,
    GUILDHALL_PORT: port,
    GUILDHALL_APPSERVICE_DIR: appServices,
    GUILDHALL_REGISTRATION_SHARED_SECRET: sharedSecret,
    GUILDHALL_RATE_LIMITS: 'off',
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.kill(signal));
server.once('exit', (code) => process.exit(code ?? 0));

try {
  await untilReady();
  console.log('Filling it: this takes some seconds ...');
  await fillServer({ url, sharedSecret, appServiceToken });
  // It spoke for everybody; nobody shall from the next start on.
  await rm(appServices, { recursive: true });
  console.log(
    `\nThe demo is at ${url}\nLog in as "ada", the owner, or "kenji"; everybody's password is "${password}".`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  server.removeAllListeners('exit');
  server.once('exit', () => process.exit(1));
  server.kill('SIGTERM');
}

async function untilReady(): Promise<void> {
  for (const deadline = Date.now() + readyWithin; Date.now() < deadline; await delay(50)) {
    const answer = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error('The server did not start in time.');
}
