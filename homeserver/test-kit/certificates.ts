import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A certificate and its key, as PEM files and as what stands in them. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority that makes certificates for servers of a test, with openssl. */
export class CertificateAuthority {
  readonly #folder: string;
  readonly #own: Certificate;
  #made = 0;

  private constructor(folder: string, own: Certificate) {
    this.#folder = folder;
    this.#own = own;
  }

  /** @param folder where it keeps its files. */
  static async create(folder: string): Promise<CertificateAuthority> {
    const files = { certFile: join(folder, 'ca.crt'), keyFile: join(folder, 'ca.key') };
    const output = ['-keyout', files.keyFile, '-out', files.certFile];
    await run('openssl', ['req', '-x509', ...NEW_KEY, '-subj', '/CN=Authority of a test', ...output]);
    return new CertificateAuthority(folder, await readPair(files));
  }

  /** The certificate that those who are to believe this authority need. */
  get certFile(): string {
    return this.#own.certFile;
  }

  get cert(): string {
    return this.#own.cert;
  }

  /** A certificate for hosts: names or addresses, without ports. */
  async issue(...hosts: readonly string[]): Promise<Certificate> {
    this.#made += 1;
    const serial = this.#made;
    const file = (ending: string): string => join(this.#folder, `server${serial}.${ending}`);
    const names = hosts.map((host) => (isIP(host) === 0 ? `DNS:${host}` : `IP:${host}`)).join(',');
    const files = { certFile: file('crt'), keyFile: file('key') };
    const extensions = file('extensions');
    await writeFile(extensions, `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`);
    const request = file('csr');
    await run('openssl', [
      ...['req', ...NEW_KEY.filter((word) => word !== '-days' && word !== '2')],
      ...['-subj', `/CN=${hosts[0]}`, '-keyout', files.keyFile, '-out', request],
    ]);
    await run('openssl', [
      ...['x509', '-req', '-in', request, '-days', '2', '-extfile', extensions, '-out', files.certFile],
      ...['-CA', this.#own.certFile, '-CAkey', this.#own.keyFile, '-set_serial', String(serial)],
    ]);
    return readPair(files);
  }
}

async function readPair(files: { certFile: string; keyFile: string }): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(files.certFile, 'utf8'), readFile(files.keyFile, 'utf8')]);
  return { ...files, cert, key };
}
