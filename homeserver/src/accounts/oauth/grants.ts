import type { Clock } from '../../base/clock.ts';
import { randomOpaqueId, randomToken } from '../../base/ids.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { ExpectationFailed, type OAuthItem, type Storage, UnitOfWork } from '../../storage/index.ts';
import type { IssuedTokens, Sessions } from '../sessions.ts';
import { hashOfToken } from '../tokens.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { OAuthClient, OAuthClients } from './clients.ts';
import { OAuthError } from './oauth-error.ts';
import { type GrantedScope, parseScope } from './scopes.ts';

/** What was granted to an app with an authorization code. */
export interface CodeGrant extends GrantedScope {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string;
}

/** A device that shows its user a code, to be signed in with another one. */
export interface DeviceGrant extends GrantedScope {
  readonly clientId: string;
  readonly userCode: string;
  /** What its user has said. */
  readonly decision: 'waiting' | 'allowed' | 'denied';
}

/** What a device that wants to be signed in gets. */
export interface DeviceAuthorization {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly expiresInMs: number;
}

/** A grant of a kind, and the stored item that it was read from. */
export interface Found<T> {
  readonly grant: T;
  readonly item: OAuthItem;
}

/** The tokens of a new session, and what they are good for. */
export interface GrantedSession {
  readonly tokens: IssuedTokens;
  readonly scope: string;
}

const CODE_LIFE_MS = 60_000;
const DEVICE_LIFE_MS = 20 * 60_000;
/** How often a device may ask whether it was allowed in, in seconds. */
export const POLL_SECONDS = 5;
/** Without vowels, which make words, and without what looks alike. */
const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';

/** What people grant to apps: it becomes a session of an app's device, which is one like that of any login. */
export class Grants {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #clients: OAuthClients;

  constructor(storage: Storage, clock: Clock, sessions: Sessions, clients: OAuthClients) {
    this.#storage = storage;
    this.#clock = clock;
    this.#sessions = sessions;
    this.#clients = clients;
  }

  /** Makes a code, with which the app gets a session of this user within a minute, once. */
  async issueCode(request: AuthorizationRequest, userNid: number): Promise<string> {
    const code = randomToken();
    const { client, redirectUri, codeChallenge, scope, deviceId } = request;
    const grant: CodeGrant = { clientId: client.clientId, redirectUri, codeChallenge, scope, deviceId };
    const now = this.#clock.now();
    const item = this.#item('code', code, userNid, grant, now + CODE_LIFE_MS);
    await this.#storage.oauthItems.add([item], now);
    return code;
  }

  /** What a code was issued for, while it is good. */
  findCode(code: string): Promise<Found<CodeGrant> | undefined> {
    return this.#find('code', code);
  }

  /** Uses a grant up, before anything is given for it. Returns false if another request was first. */
  async use({ kind, keyHash }: OAuthItem): Promise<boolean> {
    const unit = new UnitOfWork();
    this.#storage.oauthItems.use(unit, { kind, keyHash });
    try {
      await this.#storage.database.commit(unit);
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  /**
   * Opens the session that a used grant is good for.
   * @throws {OAuthError} `invalid_grant` if the account has ended or is locked.
   */
  async openSession(
    { grant, item }: Found<GrantedScope & { clientId: string }>,
    client: OAuthClient,
  ): Promise<GrantedSession> {
    const user = item.userNid === null ? undefined : await this.#storage.users.byNid(item.userNid);
    if (user === undefined || user.deactivated || user.locked) throw accountOver();
    const unit = new UnitOfWork();
    this.#storage.users.requireActive(unit, user.userNid);
    const tokens = this.#sessions.open(unit, user, {
      deviceId: grant.deviceId,
      displayName: client.name,
      wantsRefresh: client.metadata.grant_types.includes('refresh_token'),
    });
    const device = { deviceId: grant.deviceId, clientId: client.clientId };
    this.#storage.oauthClients.setOfDevice(unit, user.userNid, device, this.#clock.now());
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      throw error instanceof ExpectationFailed ? accountOver() : error;
    }
    return { tokens, scope: grant.scope };
  }

  /** For which device of which app a refresh token was issued. */
  async ownerOfRefreshToken(token: string): Promise<{ clientId: string; deviceId: string } | undefined> {
    const found = await this.#storage.tokens.refreshToken(hashOfToken(token));
    if (found === undefined) return undefined;
    const { userNid, deviceId } = found;
    const clientId = await this.#storage.oauthClients.ofDevice(userNid, deviceId);
    return clientId === undefined ? undefined : { clientId, deviceId };
  }

  /**
   * New tokens for a refresh token, as `Sessions.refresh`: a repeated request gets others.
   * @throws {OAuthError} `invalid_grant`
   */
  async refresh(refreshToken: string): Promise<IssuedTokens> {
    try {
      return await this.#sessions.refresh(refreshToken);
    } catch (error) {
      throw error instanceof MatrixError ? new OAuthError('invalid_grant', error.message) : error;
    }
  }

  /**
   * Ends the session that an access or refresh token is of, with its device. Unknown tokens have ended already.
   *
   * Source: Client-Server API v1.19, "Token revocation"; RFC 7009.
   * @throws {OAuthError} `unauthorized_client` if the app that asks is not the one the session is of.
   */
  async revoke(token: string, clientId: string | undefined): Promise<void> {
    const { tokens, oauthClients, database } = this.#storage;
    const tokenHash = hashOfToken(token);
    const owner = (await tokens.owner(tokenHash)) ?? (await tokens.refreshToken(tokenHash));
    if (owner === undefined) return;
    const { userNid, deviceId } = owner;
    if (clientId !== undefined && (await oauthClients.ofDevice(userNid, deviceId)) !== clientId) {
      throw new OAuthError('unauthorized_client', 'The token was issued to another app');
    }
    const unit = new UnitOfWork();
    this.#sessions.endDevices(unit, userNid, [deviceId]);
    await database.commit(unit);
  }

  /**
   * Begins to sign in a device that cannot open a browser itself.
   *
   * Source: Client-Server API v1.19, "Device authorization flow"; RFC 8628.
   * @throws {OAuthError} `invalid_client`, `unauthorized_client`, `invalid_scope`
   */
  async beginDevice(params: URLSearchParams, grantType: string): Promise<DeviceAuthorization> {
    const client = await this.#clients.get(params.get('client_id') ?? '');
    if (!client.metadata.grant_types.includes(grantType)) {
      throw new OAuthError('unauthorized_client', 'The app has not registered for this');
    }
    const deviceCode = randomToken();
    const userCode = randomOpaqueId(8, USER_CODE_LETTERS);
    const grant: DeviceGrant = {
      clientId: client.clientId,
      userCode,
      decision: 'waiting',
      ...parseScope(params.get('scope') ?? ''),
    };
    const now = this.#clock.now();
    const expiresTs = now + DEVICE_LIFE_MS;
    const device = this.#item('device', deviceCode, null, grant, expiresTs);
    const found = this.#item('user-code', userCode, null, { keyHash: device.keyHash }, expiresTs);
    await this.#storage.oauthItems.add([device, found], now);
    return { deviceCode, userCode, expiresInMs: DEVICE_LIFE_MS };
  }

  /** What a device waits for, by the code that it keeps to itself. */
  findDevice(deviceCode: string): Promise<Found<DeviceGrant> | undefined> {
    return this.#find('device', deviceCode);
  }

  /** What a device waits for, by the code that people copy from it; only while nobody has decided. */
  async findDeviceForUser(userCode: string): Promise<Found<DeviceGrant> | undefined> {
    const canonical = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
    const named = await this.#find<{ keyHash: string }>('user-code', canonical);
    if (named === undefined) return undefined;
    const found = await this.#storage.oauthItems.get('device', named.grant.keyHash, this.#clock.now());
    if (found === undefined) return undefined;
    const grant: DeviceGrant = JSON.parse(found.content);
    return grant.decision === 'waiting' ? { grant, item: found } : undefined;
  }

  /** Lets a device in, or not. Returns false if it was decided meanwhile. */
  async decideDevice(
    { grant, item }: Found<DeviceGrant>,
    userNid: number,
    isAllowed: boolean,
  ): Promise<boolean> {
    const decided: DeviceGrant = { ...grant, decision: isAllowed ? 'allowed' : 'denied' };
    const unit = new UnitOfWork();
    this.#storage.oauthItems.change(unit, item, JSON.stringify(decided), userNid);
    this.#storage.oauthItems.use(unit, { kind: 'user-code', keyHash: hashOfToken(grant.userCode) });
    try {
      await this.#storage.database.commit(unit);
      return true;
    } catch (error) {
      if (error instanceof ExpectationFailed) return false;
      throw error;
    }
  }

  #item(
    kind: OAuthItem['kind'],
    key: string,
    userNid: number | null,
    content: object,
    expiresTs: number,
  ): OAuthItem {
    return { kind, keyHash: hashOfToken(key), userNid, content: JSON.stringify(content), expiresTs };
  }

  async #find<T>(kind: OAuthItem['kind'], key: string): Promise<Found<T> | undefined> {
    const item = await this.#storage.oauthItems.get(kind, hashOfToken(key), this.#clock.now());
    return item && { grant: JSON.parse(item.content), item };
  }
}

function accountOver(): OAuthError {
  return new OAuthError('invalid_grant', 'This account has ended or is locked');
}
