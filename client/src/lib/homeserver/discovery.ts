import type { PlainMessageKey } from '../i18n/messages.ts';
import { asArray, asObject, asString, type JsonObject } from '../parse.ts';
import { type Homeserver, ownHomeserver } from './homeserver.ts';
import { HomeserverError, type RequestOptions, requestJson, UnreachableError } from './http.ts';

/** Why somebody cannot sign in to a server, in words. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly words: PlainMessageKey;

  constructor(words: PlainMessageKey, cause?: unknown) {
    super(words, { cause });
    this.words = words;
  }
}

/** Media needs authorisation since this version; the client knows no other media. */
const oldestMinor = 11;
const featureInstead = 'org.matrix.msc3916.stable';

/**
 * Finds a homeserver by what somebody typed: a server name, an address, or somebody's whole Matrix ID.
 * Asks `/.well-known/matrix/client`, which may lead elsewhere, then `/_matrix/client/versions` (Matrix 1.19, "Server
 * Discovery"). Where the specification has clients ask the person what a faulty file means, this takes the server itself.
 * @throws {DiscoveryError} where there is no server, none of Matrix, or one that is too old
 */
export async function findHomeserver(typed: string, signal?: AbortSignal): Promise<Homeserver> {
  const start = readAddress(typed);
  if (!start) throw new DiscoveryError('server.badAddress');
  if (start.origin === window.location.origin) return ownHomeserver();
  const options = signal ? { signal } : {};
  const baseUrl = (await askWellKnown(start.origin, options)) ?? start.origin;
  await checkVersions(baseUrl, options);
  return { name: start.host, baseUrl };
}

/** The address that somebody means: with `https`, unless they say otherwise. */
export function readAddress(typed: string): URL | undefined {
  // A Matrix ID names its server behind the first colon.
  const text = typed.trim().replace(/^@[^:]*:/, '');
  if (text.startsWith('@')) return undefined;
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  // Some browsers take spaces and the like for parts of a name.
  return isWeb && url.username === '' && !url.hostname.includes('%') ? url : undefined;
}

async function askWellKnown(origin: string, options: RequestOptions): Promise<string | undefined> {
  try {
    const told = await requestJson('GET', '/.well-known/matrix/client', { ...options, baseUrl: origin });
    const address = asString(asObject(told['m.homeserver'])?.base_url);
    const url = address === undefined ? undefined : readAddress(address);
    return url && `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  } catch (error) {
    if (options.signal?.aborted) throw error;
    // Nothing there, or nothing that a page may read: the server is where its name says.
    return undefined;
  }
}

async function checkVersions(baseUrl: string, options: RequestOptions): Promise<void> {
  let told: JsonObject;
  try {
    told = await requestJson('GET', '/_matrix/client/versions', { ...options, baseUrl });
  } catch (error) {
    if (error instanceof UnreachableError) throw new DiscoveryError('server.unreachable', error);
    if (error instanceof HomeserverError) throw new DiscoveryError(wordsFor(error), error);
    throw error;
  }
  const versions = asArray(told.versions).filter((version) => typeof version === 'string');
  if (versions.length === 0) throw new DiscoveryError('server.notMatrix');
  const isNew = versions.some((version) => Number(/^v1\.(\d+)$/.exec(version)?.[1]) >= oldestMinor);
  if (!isNew && asObject(told.unstable_features)?.[featureInstead] !== true)
    throw new DiscoveryError('server.tooOld');
}

/** A gateway in front of a server that is down answers as well. */
function wordsFor({ httpStatus }: HomeserverError): PlainMessageKey {
  return httpStatus >= 500 ? 'server.unreachable' : 'server.notMatrix';
}
