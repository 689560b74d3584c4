import { fileURLToPath } from 'node:url';
import { createLogger } from '../../base/logger.ts';
import { loadConfiguration } from '../configuration/index.ts';
import { type RunningServer, runServer } from '../run-server.ts';

const CLIENT_DIRECTORY = fileURLToPath(new URL('../../../../client/dist/', import.meta.url));

/** Runs the server until it is told to stop. */
export async function start(args: readonly string[]): Promise<void> {
  const configuration = loadConfiguration({ argv: args, env: process.env });
  const logger = createLogger({ level: configuration.logLevel });
  if (configuration.databaseUrl.includes('synchronous=normal')) {
    logger.warn(
      'synchronous=normal: what was acknowledged can be lost when the power fails. For measurements only.',
    );
  }
  const server = await runServer({
    configuration,
    clientDirectory: CLIENT_DIRECTORY,
    logger,
    processMetrics: true,
  });
  stopOnSignal(server);
  process.stdout.write(greeting(server));
}

function greeting({ publicUrl, firstAdminToken }: RunningServer): string {
  const ready = `Guildhall is ready at ${publicUrl}\n`;
  if (firstAdminToken === undefined) return ready;
  const link = `${publicUrl}/setup?token=${encodeURIComponent(firstAdminToken)}`;
  return `${ready}\nMake the first account, which will be its admin (the link works once):\n  ${link}\n`;
}

/** The first signal stops in order; a second one, from somebody who is tired of waiting, at once. */
function stopOnSignal(server: RunningServer): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.stop().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
