import { OAuthError } from './oauth-error.ts';

export type ApplicationType = 'web' | 'native';

const MAX_URI = 2_000;
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Checks a redirect URI that an app registers: `https` at the host of the app's home page or below it; native apps may
 * also have a scheme of their own, which begins with that host's name in reverse, or the machine's own address.
 *
 * Source: Client-Server API v1.19, "Redirect URI validation"; MSC2966.
 * @throws {OAuthError} `invalid_redirect_uri`
 */
export function checkRedirectUri(uri: string, type: ApplicationType, home: URL): void {
  const url = parseUrl(uri);
  if (url === undefined) throw refused(uri, 'is not a URI, or has a fragment, a user or a password');
  if (url.protocol === 'https:') {
    if (isAtOrBelow(url.hostname, home.hostname)) return;
    throw refused(uri, `is not at ${home.hostname}, where client_uri is`);
  }
  if (type === 'web') throw refused(uri, 'must begin with https');
  if (url.protocol === 'http:') {
    if (LOOPBACK.includes(url.hostname) && url.port === '') return;
    throw refused(uri, 'with http must be at localhost, 127.0.0.1 or [::1], without a port');
  }
  const reversed = home.hostname.split('.').reverse().join('.');
  if (!isAtOrBelow(reverseLabels(url.protocol.slice(0, -1)), home.hostname)) {
    throw refused(uri, `has a scheme that does not begin with ${reversed}`);
  }
  if (uri.slice(url.protocol.length).startsWith('//')) throw refused(uri, 'has a host: write one slash');
}

/** Whether an app may ask for this redirect URI, having registered that one: on the machine itself ports come and go. */
export function matchesRegistered(asked: string, registered: string): boolean {
  if (asked === registered) return true;
  const [wanted, known] = [parseUrl(asked), parseUrl(registered)];
  if (wanted?.protocol !== 'http:' || known?.protocol !== 'http:') return false;
  if (!LOOPBACK.includes(wanted.hostname)) return false;
  wanted.port = '';
  return wanted.href === known.href;
}

/** A web address of an app, as it registers it: `https`, at the host of its home page or below it. */
export function isPageOf(uri: unknown, home: URL): uri is string {
  if (typeof uri !== 'string') return false;
  const url = parseUrl(uri);
  return url?.protocol === 'https:' && isAtOrBelow(url.hostname, home.hostname);
}

/** An address without a user, a password or a fragment. */
export function parseUrl(uri: string): URL | undefined {
  if (uri.length > MAX_URI || uri.includes('#') || /[^!-~]/.test(uri)) return undefined;
  const url = URL.parse(uri);
  return url === null || url.username !== '' || url.password !== '' ? undefined : url;
}

function isAtOrBelow(host: string, base: string): boolean {
  return host === base || host.endsWith(`.${base}`);
}

function reverseLabels(name: string): string {
  return name.split('.').reverse().join('.');
}

function refused(uri: string, why: string): OAuthError {
  return new OAuthError('invalid_redirect_uri', `The redirect URI ${uri.slice(0, 200)} ${why}`);
}
