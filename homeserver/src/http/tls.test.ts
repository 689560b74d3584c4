import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { serveEndpoints } from '../../test-kit/http-endpoints.ts';

const run = promisify(execFile);

/** The common name of the certificate that the server presents to a new connection. */
function presentedName(url: string): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const socket = connect(
    { host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false },
    () => {
      const { CN } = socket.getPeerCertificate().subject;
      resolve(Array.isArray(CN) ? CN[0] : CN);
      socket.destroy();
    },
  );
  socket.once('error', reject);
  return promise;
}

describe('HTTPS', () => {
  let folder: string;
  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    try {
      for (const name of ['first', 'second']) {
        await run('openssl', [
          ...[
            'req',
            '-x509',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:prime256v1',
            '-nodes',
            '-days',
            '2',
          ],
          ...[
            '-subj',
            `/CN=${name}`,
            '-keyout',
            join(folder, `${name}.key`),
            '-out',
            join(folder, `${name}.crt`),
          ],
        ]);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.skip();
    }
  });
  after(() => rm(folder, { recursive: true }));

  const install = async (name: string): Promise<void> => {
    await cp(join(folder, `${name}.key`), join(folder, 'server.key'));
    await cp(join(folder, `${name}.crt`), join(folder, 'server.crt'));
  };

  it('presents a renewed certificate without a restart, and keeps the old one while the pair does not match', async () => {
    await install('first');
    const server = await serveEndpoints([], {
      tls: { certFile: join(folder, 'server.crt'), keyFile: join(folder, 'server.key'), intervalMs: 20 },
    });
    try {
      expect(await presentedName(server.url)).to.equal('first');
      await cp(join(folder, 'second.key'), join(folder, 'server.key'));
      while (server.logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(server.logged[0]).to.include('the old one stays');
      expect(await presentedName(server.url)).to.equal('first');
      await install('second');
      while ((await presentedName(server.url)) !== 'second')
        await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      await server.close();
    }
  });
});
