import { hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { Storage } from '../../storage/index.ts';
import { OAuthError } from './oauth-error.ts';
import {
  type ApplicationType,
  checkRedirectUri,
  isPageOf,
  matchesRegistered,
  parseUrl,
} from './redirect-uris.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
export const GRANT_TYPES: readonly string[] = ['authorization_code', 'refresh_token', DEVICE_GRANT];

/** What an app has told of itself, with the names of RFC 7591. */
export interface ClientMetadata {
  readonly client_name?: string;
  readonly client_uri: string;
  readonly logo_uri?: string;
  readonly tos_uri?: string;
  readonly policy_uri?: string;
  readonly application_type: ApplicationType;
  readonly redirect_uris: readonly string[];
  readonly response_types: readonly string[];
  readonly grant_types: readonly string[];
  readonly token_endpoint_auth_method: 'none';
}

/** An app that has registered. */
export interface OAuthClient {
  readonly clientId: string;
  readonly metadata: ClientMetadata;
  /** What people see: its name, or where its home page is. */
  readonly name: string;
}

const MAX_NAME = 100;
const MAX_REDIRECT_URIS = 20;
/** After that, an app that nobody uses has to register again. */
const UNUSED_AFTER_MS = 30 * 86_400_000;

/** The apps that people can sign in to. */
export class OAuthClients {
  readonly #storage: Storage;
  readonly #clock: Clock;

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /**
   * Registers an app. The same app gets the same ID each time, so that its users' devices do not fill the database.
   *
   * Source: Client-Server API v1.19, "Client registration"; RFC 7591; MSC2966.
   * @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`
   */
  async register(body: unknown): Promise<OAuthClient> {
    const metadata = readMetadata(body);
    const json = JSON.stringify(metadata);
    const clientId = hash('sha256', json, 'base64url').slice(0, 26);
    const now = this.#clock.now();
    await this.#storage.oauthClients.register(clientId, json, now, now - UNUSED_AFTER_MS);
    return clientOf(clientId, metadata);
  }

  /** @throws {OAuthError} `invalid_client` */
  async get(clientId: string): Promise<OAuthClient> {
    const client = await this.find(clientId);
    if (client !== undefined) return client;
    throw new OAuthError('invalid_client', 'This app has not registered with this server, or long ago');
  }

  /** The app that the session of a device was opened for, if any. */
  async ofDevice(userNid: number, deviceId: string): Promise<OAuthClient | undefined> {
    const clientId = await this.#storage.oauthClients.ofDevice(userNid, deviceId);
    return clientId === undefined ? undefined : this.find(clientId);
  }

  /** An app, if it has registered. */
  async find(clientId: string): Promise<OAuthClient | undefined> {
    if (clientId.includes('\0')) return undefined;
    const json = await this.#storage.oauthClients.metadata(clientId);
    return json === undefined ? undefined : clientOf(clientId, JSON.parse(json));
  }
}

/** Whether an app may have people sent to this address. */
export function allowsRedirect({ metadata }: OAuthClient, uri: string): boolean {
  return parseUrl(uri) !== undefined && metadata.redirect_uris.some((known) => matchesRegistered(uri, known));
}

function clientOf(clientId: string, metadata: ClientMetadata): OAuthClient {
  return { clientId, metadata, name: metadata.client_name ?? new URL(metadata.client_uri).host };
}

function readMetadata(body: unknown): ClientMetadata {
  if (!isJsonObject(body)) throw wrong('The metadata must be an object');
  const home = typeof body.client_uri === 'string' ? parseUrl(body.client_uri) : undefined;
  if (home?.protocol !== 'https:') throw wrong('client_uri must be the https address of the app');
  const { application_type: type = 'web', token_endpoint_auth_method: method = 'none' } = body;
  if (type !== 'web' && type !== 'native') throw wrong('application_type must be web or native');
  if (method !== 'none') throw wrong('Apps have no secret here: token_endpoint_auth_method must be none');
  const redirectUris = strings(body.redirect_uris, 'redirect_uris', []);
  for (const uri of redirectUris) checkRedirectUri(uri, type, home);
  const grantTypes = strings(body.grant_types, 'grant_types', ['authorization_code']);
  const known = GRANT_TYPES.filter((grant) => grantTypes.includes(grant));
  if (!known.includes('authorization_code') && !known.includes(DEVICE_GRANT)) {
    throw wrong(`grant_types must have authorization_code or ${DEVICE_GRANT}`);
  }
  if (known.includes('authorization_code') && redirectUris.length === 0)
    throw wrong('There is no redirect URI');
  const pages = ['logo_uri', 'tos_uri', 'policy_uri'].map((name) => {
    const uri = body[name];
    if (uri !== undefined && !isPageOf(uri, home)) throw wrong(`${name} must be where client_uri is`);
    return [name, uri];
  });
  return {
    ...(body.client_name !== undefined && { client_name: nameOf(body.client_name) }),
    client_uri: home.href,
    ...Object.fromEntries(pages.filter(([, uri]) => uri !== undefined)),
    application_type: type,
    redirect_uris: redirectUris,
    response_types: known.includes('authorization_code') ? ['code'] : [],
    grant_types: known,
    token_endpoint_auth_method: 'none',
  };
}

function nameOf(name: unknown): string {
  if (
    typeof name !== 'string' ||
    name === '' ||
    name.length > MAX_NAME ||
    name.includes('\0') ||
    !name.isWellFormed()
  ) {
    throw wrong(`client_name must be a text of 1 to ${MAX_NAME} characters`);
  }
  return name;
}

function strings(value: unknown, name: string, absent: readonly string[]): readonly string[] {
  if (value === undefined) return absent;
  if (
    Array.isArray(value) &&
    value.length <= MAX_REDIRECT_URIS &&
    value.every((one) => typeof one === 'string')
  ) {
    return value;
  }
  throw wrong(`${name} must be a list of at most ${MAX_REDIRECT_URIS} texts`);
}

function wrong(message: string): OAuthError {
  return new OAuthError('invalid_client_metadata', message);
}
