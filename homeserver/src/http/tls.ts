import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import type { Logger } from '../base/logger.ts';

/** A certificate with its chain, and its key: PEM files. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The content of the files. */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/**
 * Lets the server present a new certificate when the files change. Connections that are open keep theirs. While
 * certificate and key do not belong together (one of them is written first) the server keeps the old pair.
 *
 * Looks at the files every few seconds instead of watching them: renewal often swaps a link in a parent directory.
 * @returns a function that stops looking.
 */
export function reloadTlsFiles(
  server: Server,
  files: TlsFiles,
  { logger, intervalMs = 5_000 }: { logger: Logger; intervalMs?: number | undefined },
): () => void {
  const reload = (): void => {
    try {
      server.setSecureContext(readTlsFiles(files));
      logger.info('the certificate has been read again');
    } catch (error) {
      logger.warn('the new certificate cannot be used; the old one stays', { error });
    }
  };
  const paths = [files.certFile, files.keyFile];
  for (const path of paths) watchFile(path, { interval: intervalMs, persistent: false }, reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
  };
}
