import { asObject, asString } from '../parse.ts';
import { logInWithToken } from './auth.ts';
import type { Homeserver } from './homeserver.ts';
import { beginOAuth, finishOAuth, makeRandomText, type OAuthVisit } from './oauth.ts';
import type { Session } from './session.ts';
import type { AuthMetadata } from './sign-in-methods.ts';

/**
 * Signing in at a page of the server's, from which the person comes back here.
 * What was begun stands in the storage of the tab: who comes with a token that this tab did not send for is not let in,
 * or a link could sign people in to somebody else's account.
 */
interface Visit {
  readonly state: string;
  readonly baseUrl: string;
  /** Where the person wanted to go. */
  readonly next: string;
  readonly oauth?: OAuthVisit;
}

const storageKey = 'guildhall.visit';

/** Nobody was sent away from this tab, or with another state. */
export class UnknownVisitError extends Error {
  override readonly name = 'UnknownVisitError';
}

/** The server, or the person there, said no. */
export class RefusedVisitError extends Error {
  override readonly name = 'RefusedVisitError';
}

function returnAddress(): string {
  return `${window.location.origin}/login/return`;
}

/** Goes to the page where the server signs people in. */
export async function visitOAuth(
  { baseUrl }: Homeserver,
  metadata: AuthMetadata,
  next: string,
): Promise<void> {
  const state = makeRandomText(24);
  const { address, visit } = await beginOAuth(metadata, returnAddress(), state);
  leave({ state, baseUrl, next, oauth: visit }, address);
}

/** Goes to whom the server lets people sign in with (Matrix 1.19, GET /login/sso/redirect/{idpId}). */
export function visitProvider({ baseUrl }: Homeserver, providerId: string | undefined, next: string): void {
  const state = makeRandomText(24);
  const redirectUrl = `${returnAddress()}?${new URLSearchParams({ state })}`;
  const provider = providerId === undefined ? '' : `/${encodeURIComponent(providerId)}`;
  const query = new URLSearchParams({ redirectUrl });
  leave({ state, baseUrl, next }, `${baseUrl}/_matrix/client/v3/login/sso/redirect${provider}?${query}`);
}

function leave(visit: Visit, address: string): void {
  sessionStorage.setItem(storageKey, JSON.stringify(visit));
  window.location.assign(address);
}

/**
 * Makes a session of what somebody came back with.
 * @throws {UnknownVisitError} @throws {RefusedVisitError}
 */
export async function finishVisit(
  query: URLSearchParams,
): Promise<{ readonly session: Session; readonly next: string }> {
  const visit = takeVisit();
  if (!visit || visit.state !== query.get('state')) throw new UnknownVisitError();
  const { baseUrl, next, oauth } = visit;
  const code = query.get('code');
  const token = query.get('loginToken');
  if (oauth && code) return { session: await finishOAuth(oauth, code, returnAddress(), baseUrl), next };
  if (!oauth && token) return { session: await logInWithToken(baseUrl, token), next };
  throw new RefusedVisitError();
}

/** What was begun counts once. */
function takeVisit(): Visit | undefined {
  const stored = sessionStorage.getItem(storageKey);
  sessionStorage.removeItem(storageKey);
  try {
    const fields = asObject(JSON.parse(stored ?? 'null'));
    // What stands there was written by this tab, a moment ago.
    return asString(fields?.state) === undefined ? undefined : (fields as unknown as Visit);
  } catch {
    return undefined;
  }
}
