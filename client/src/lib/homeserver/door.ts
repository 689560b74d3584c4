import { t } from '../i18n/translate.ts';
import { describeError } from './describe-error.ts';
import { DiscoveryError, findHomeserver } from './discovery.ts';
import type { Homeserver } from './homeserver.ts';
import { findSignInMethods, type SignInMethods } from './sign-in-methods.ts';

/** A server that somebody is about to sign in to. */
export interface Door {
  readonly homeserver: Homeserver;
  readonly methods: SignInMethods;
}

/** Finds a server by what was typed, and how people sign in there. */
export async function findDoor(typed: string, signal?: AbortSignal): Promise<Door> {
  const homeserver = await findHomeserver(typed, signal);
  return { homeserver, methods: await findSignInMethods(homeserver, signal) };
}

/** Says in a sentence why a server cannot be signed in to. */
export function describeDoorError(error: unknown): string {
  return error instanceof DiscoveryError ? t(error.words) : describeError(error);
}
