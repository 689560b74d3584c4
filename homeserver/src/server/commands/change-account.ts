import { parseArgs } from 'node:util';
import { randomToken } from '../../base/ids.ts';
import { type Configuration, loadConfiguration } from '../configuration/index.ts';

/**
 * Commands that change an account on the running server, with the access token of an admin in `GUILDHALL_ADMIN_TOKEN`:
 * so other processes and sessions hear of it, and the server's log says who it was.
 */

const TOKEN = 'GUILDHALL_ADMIN_TOKEN';

/** Gives somebody another password, and ends their sessions. */
export async function resetPassword(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, user: { type: 'string' }, password: { type: 'string' } },
  });
  const configuration = readConfiguration(args);
  const userId = userIdOf(values.user, configuration);
  const password = values.password ?? randomToken(12);
  const path = `/v1/reset_password/${encodeURIComponent(userId)}`;
  await ask(configuration, 'POST', path, { new_password: password, logout_devices: true });
  const shown = values.password === undefined ? `: the password is ${password}` : '';
  process.stdout.write(`${userId} has a new password${shown}\n`);
}

/** Makes somebody a server admin, or ends that. */
export async function makeAdmin(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      user: { type: 'string' },
      no: { type: 'boolean', default: false },
    },
  });
  const configuration = readConfiguration(args);
  const userId = userIdOf(values.user, configuration);
  await ask(configuration, 'PUT', `/v1/users/${encodeURIComponent(userId)}/admin`, { admin: !values.no });
  process.stdout.write(`${userId} is ${values.no ? 'no admin any more' : 'an admin now'}\n`);
}

/** The token is no setting of the server. */
function readConfiguration(args: readonly string[]): Configuration {
  const { [TOKEN]: _token, ...env } = process.env;
  return loadConfiguration({ argv: args, env });
}

function userIdOf(user: string | undefined, { serverName }: Configuration): string {
  if (user === undefined) throw new Error('Name the account: --user NAME');
  return user.startsWith('@') ? user : `@${user}:${serverName}`;
}

async function ask(
  { tls, port, publicUrl }: Configuration,
  method: string,
  path: string,
  body: object,
): Promise<void> {
  const token = process.env[TOKEN];
  if (token === undefined || token === '') {
    throw new Error(`Put the access token of an admin into ${TOKEN}, and try again.`);
  }
  const base = publicUrl ?? `${tls ? 'https' : 'http'}://localhost:${port}`;
  const response = await fetch(`${base}/_synapse/admin${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  }).catch(() => undefined);
  if (response === undefined) throw new Error(`No server answers at ${base}. Start it first.`);
  if (response.ok) return;
  const answer = (await response.json()) as { readonly error?: unknown };
  throw new Error(String(answer.error ?? `The server answered ${response.status}`));
}
