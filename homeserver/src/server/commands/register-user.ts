import { createHmac } from 'node:crypto';
import { parseArgs } from 'node:util';
import { randomToken } from '../../base/ids.ts';
import { type Configuration, loadConfiguration } from '../configuration/index.ts';

/**
 * Makes an account on the running server, through Synapse's shared-secret registration; so it needs
 * `REGISTRATION_SHARED_SECRET` in the configuration, and works on every registration mode.
 */
export async function registerUser(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      admin: { type: 'boolean', default: false },
    },
  });
  const { user, admin } = values;
  if (user === undefined) throw new Error('Name the account: --user NAME');
  const configuration = loadConfiguration({ argv: args, env: process.env });
  const password = values.password ?? randomToken(12);
  const userId = await register(configuration, { user, password, admin });
  const shown = values.password === undefined ? ` with the password ${password}` : '';
  process.stdout.write(`${userId} was made${shown}\n`);
}

async function register(
  configuration: Configuration,
  account: { readonly user: string; readonly password: string; readonly admin: boolean },
): Promise<string> {
  const secret = configuration.registrationSharedSecret;
  if (secret === undefined) {
    throw new Error(
      'Set REGISTRATION_SHARED_SECRET (any long random text), restart the server, and try again.',
    );
  }
  const { user, password, admin } = account;
  const { nonce } = await ask(configuration, undefined);
  const mac = createHmac('sha1', secret)
    .update([nonce, user, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex');
  const answer = await ask(configuration, { nonce, username: user, password, admin, mac });
  return String(answer.user_id);
}

async function ask(configuration: Configuration, body: object | undefined): Promise<Record<string, unknown>> {
  const { tls, port, publicUrl } = configuration;
  const base = publicUrl ?? `${tls ? 'https' : 'http'}://localhost:${port}`;
  const url = `${base}/_synapse/admin/v1/register`;
  const response = await fetch(url, body && { method: 'POST', body: JSON.stringify(body) }).catch(
    () => undefined,
  );
  if (response === undefined) throw new Error(`No server answers at ${base}. Start it first.`);
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(String(answer.error ?? `The server answered ${response.status}`));
  return answer;
}
