import { type CheckResult, checkDatabase } from '../../storage/check/check-database.ts';
import { openSnapshot } from '../../storage/database/open-snapshot.ts';
import { loadConfiguration } from '../configuration/index.ts';

/**
 * Looks for contradictions in the database, beside a running server too, and changes nothing. Exit code 1 when there
 * are any.
 */
export async function checkDatabaseCommand(args: readonly string[]): Promise<void> {
  const { databaseUrl } = loadConfiguration({ argv: args, env: process.env });
  const snapshot = await openSnapshot(databaseUrl);
  let found = 0;
  try {
    for await (const result of checkDatabase(snapshot)) {
      found += result.count;
      process.stdout.write(describeResult(result));
    }
  } finally {
    await snapshot.close();
  }
  process.stdout.write(found === 0 ? '\nNo contradictions.\n' : `\n${found} contradiction(s). ${ADVICE}\n`);
  if (found > 0) process.exitCode = 1;
}

const ADVICE =
  'Keep a copy of the database as it is, and report this: a server that is whole writes none of them.';

function describeResult({ holds, count, contradictions }: CheckResult): string {
  const lines = contradictions.map((contradiction) => `      ${contradiction}\n`);
  const more = count > contradictions.length ? `      and ${count - contradictions.length} more\n` : '';
  return `${count === 0 ? 'ok    ' : 'WRONG '}${holds}\n${lines.join('')}${more}`;
}
