/** The command line: `main.ts start [--config FILE]` and the commands beside it. */
import { ConfigurationError } from './configuration/index.ts';

type Command = (args: readonly string[]) => Promise<void>;

/** What each command does, and where it is; a command loads only what it needs. */
const COMMANDS: Readonly<Record<string, { readonly does: string; readonly load: () => Promise<Command> }>> = {
  start: {
    does: 'run the server',
    load: async () => (await import('./commands/start.ts')).start,
  },
  'register-user': {
    does: 'make an account on the running server: --user NAME [--password WORD] [--admin]',
    load: async () => (await import('./commands/register-user.ts')).registerUser,
  },
  'reset-password': {
    does: 'give somebody another password on the running server: --user NAME [--password WORD]',
    load: async () => (await import('./commands/change-account.ts')).resetPassword,
  },
  'make-admin': {
    does: 'make somebody a server admin on the running server: --user NAME [--no]',
    load: async () => (await import('./commands/change-account.ts')).makeAdmin,
  },
  backup: {
    does: 'copy database and media, beside the running server too: [--to DIR]',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  restore: {
    does: 'put a backup in the place of the database: --from DIR, or --in-place',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  'migrate-database': {
    does: 'copy the database to an empty one, of the other kind too: --to URL',
    load: async () => (await import('./commands/migrate-database.ts')).migrateDatabaseCommand,
  },
  'move-media': {
    does: 'copy the media to another place, or from one: --to URL, or --from URL',
    load: async () => (await import('./commands/move-media.ts')).moveMedia,
  },
  'rotate-signing-key': {
    does: 'sign with a new key from now on; no server may be running',
    load: async () => (await import('./commands/rotate-signing-key.ts')).rotateSigningKey,
  },
  'check-database': {
    does: 'look for contradictions in the database, and change nothing',
    load: async () => (await import('./commands/check-database.ts')).checkDatabaseCommand,
  },
  'generate-config': {
    does: 'print a sample of the configuration file',
    load: async () => (await import('./commands/generate-config.ts')).generateConfig,
  },
};

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(18)} ${does}`);
  return `usage: guildhall COMMAND [--config FILE]\n\n${lines.join('\n')}\n`;
}

async function main([name = 'start', ...args]: readonly string[]): Promise<void> {
  if (name === 'help' || name === '--help' || args.includes('--help')) {
    process.stdout.write(usage());
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command ${name}.\n\n${usage()}`);
  await (await command.load())(args);
}

class UsageError extends Error {}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // What the operator can mend is a sentence; anything else is a fault, and its stack helps to report it.
  const isForOperator = error instanceof ConfigurationError || error instanceof UsageError;
  const text =
    error instanceof Error && !isForOperator && process.env.GUILDHALL_LOG_LEVEL === 'debug'
      ? error.stack
      : error instanceof Error
        ? error.message
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
