import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freePort } from '../test-kit/server-process.ts';

const START = fileURLToPath(new URL('./start.mjs', import.meta.url));

async function answers(url: string): Promise<boolean> {
  return (await fetch(url).catch(() => undefined))?.ok ?? false;
}

async function until(holds: () => Promise<boolean>, seconds: number): Promise<boolean> {
  for (let attempt = 0; attempt < seconds * 20; attempt += 1) {
    if (await holds()) return true;
    await delay(50);
  }
  return false;
}

describe('npm start', () => {
  it('ends with the shell that npm runs it in, which is all that npm signals', async function () {
    this.timeout(120_000);
    const dataDir = await mkdtemp(join(tmpdir(), 'guildhall-start-'));
    const port = await freePort();
    const url = `http://localhost:${port}/_matrix/client/versions`;
    // A command after it keeps the shell in between, as npm's is.
    const shell: ChildProcess = spawn('sh', ['-c', `"${process.execPath}" "${START}"; true`], {
      stdio: 'ignore',
      env: {
        ...process.env,
        npm_lifecycle_event: 'start',
        GUILDHALL_PORT: String(port),
        GUILDHALL_DATA_DIR: dataDir,
      },
    });
    try {
      // It builds the client first, where that is not built yet.
      expect(await until(() => answers(url), 90), 'it answers').to.equal(true);
      shell.kill('SIGKILL');
      expect(await until(async () => !(await answers(url)), 10), 'it ends').to.equal(true);
    } finally {
      shell.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
    }
  });
});
