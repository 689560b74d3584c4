import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/server/main.ts', import.meta.url));

/** What a command of the command line did. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command beside `start`. @param configuration keys without `GUILDHALL_`. */
export function runCommand(
  args: readonly string[],
  configuration: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  const settings = { SERVER_NAME: 'hs.test', ...configuration };
  const env = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`GUILDHALL_${key}`, value]));
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { ...process.env, ...env } },
      (_error, output, errors) => resolve({ exitCode: child.exitCode ?? -1, output, errors }),
    );
  });
}
