import { type Accounts, type AccountsOptions, createAccounts } from '../src/accounts/index.ts';
import { createLogger } from '../src/base/logger.ts';
import type { Requester } from '../src/http/endpoint.ts';
import type { Storage } from '../src/storage/index.ts';
import { ManualClock } from './manual-clock.ts';
import { rejection } from './rejection.ts';

/** Accounts of the server `test`, with open registration and cheap hashes. */
export interface TestAccounts extends Accounts {
  readonly clock: ManualClock;
  /** Registers a user with the password `password of NAME`, logged in. */
  signUp(name: string): Promise<SignedUp>;
}

export interface SignedUp extends Requester {
  readonly accessToken: string;
  readonly password: string;
}

/** @param options what differs from the usual. */
export function accountsForTests(storage: Storage, options: Partial<AccountsOptions> = {}): TestAccounts {
  const clock = new ManualClock();
  const accounts = createAccounts({
    invitations: { letsIn: async () => false },
    storage,
    serverName: 'test',
    clock,
    logger: createLogger({ level: 'silent' }),
    registration: 'open',
    publicUrl: () => 'http://test.example',
    sendOutbound: () => Promise.reject(new Error('no test of accounts asks another server')),
    passwordHashing: { memoryKiB: 1024, passes: 1 },
    roomsOfUser: { share: async () => false },
    ...options,
  });
  return {
    ...accounts,
    clock,
    async signUp(username) {
      const password = `password of ${username}`;
      const { session } = await accounts.registration.register({
        username,
        password,
        device: {},
        auth: { type: 'm.login.dummy' },
      });
      if (session === undefined) throw new Error(`${username} was not logged in`);
      const requester = await accounts.sessions.authenticate(session.accessToken);
      if (requester === undefined) throw new Error(`the token of ${username} does not work`);
      return { ...requester, accessToken: session.accessToken, password };
    },
  };
}

/** The JSON that a client gets for what a promise rejects with, with the status. */
export async function refusal(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = (await rejection(promise)) as { status?: number; toJSON?: () => Record<string, unknown> };
  if (error.status === undefined || error.toJSON === undefined) throw error;
  return { status: error.status, ...error.toJSON() };
}

/** The `auth` object that answers a demand for a password. */
export function passwordAuth(
  name: string,
  password = `password of ${name}`,
): { readonly type: string; readonly [key: string]: unknown } {
  return { type: 'm.login.password', identifier: { type: 'm.id.user', user: name }, password };
}
