import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, limitExceeded, MatrixError, missingParam } from '../protocol/errors.ts';
import { type PusherKey, type Storage, type StoredPusher, UnitOfWork } from '../storage/index.ts';
import type { AccountSecret } from './account-secret.ts';
import { canonicalEmail } from './email-address.ts';
import type { Requester } from './requester.ts';

/** What a client asks for, as the body of `POST /pushers/set`. */
export interface PusherRequest {
  readonly appId: string;
  readonly pushkey: string;
  readonly kind: string;
  readonly description: JsonObject;
  readonly data: JsonObject | undefined;
  readonly enabled: boolean;
  /** Whether others may have the same application and key. */
  readonly append: boolean;
}

interface PushersOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly secret: AccountSecret;
  /** Where browsers reach this server, without a slash at the end. */
  readonly publicUrl: () => string;
  readonly sendsMail: boolean;
}

const LONGEST_APP_ID = 64;
const LONGEST_PUSHKEY = 512;
const MOST_PUSHERS = 50;
const RETRY_MS = 60_000;
/** What is shown to people; `lang` chooses the words of a mail. */
const REQUIRED = ['app_display_name', 'device_display_name', 'lang'] as const;
/** Where the links in mails about missed messages lead; Synapse's. */
export const UNSUBSCRIBE_PATH = '/_synapse/client/unsubscribe';
/** Where every push gateway takes notifications (Push Gateway API v1.19). */
export const PUSH_GATEWAY_PATH = '/_matrix/push/v1/notify';

/**
 * Where users want to be told of what notifies them.
 *
 * Source: Client-Server API v1.19, "Pushers"; kind `webpush` and its data: MSC4174.
 */
export class Pushers {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #secret: AccountSecret;
  readonly #publicUrl: () => string;
  readonly #sendsMail: boolean;

  constructor({ storage, clock, secret, publicUrl, sendsMail }: PushersOptions) {
    this.#storage = storage;
    this.#clock = clock;
    this.#secret = secret;
    this.#publicUrl = publicUrl;
    this.#sendsMail = sendsMail;
  }

  /** A user's pushers, the oldest first. */
  list({ userNid }: Requester): Promise<StoredPusher[]> {
    return this.#storage.pushers.ofUser(userNid);
  }

  /**
   * Adds a pusher or changes the one with this application and key. It begins with what comes now.
   *
   * @throws {MatrixError} 400 `M_MISSING_PARAM`, `M_INVALID_PARAM`, `M_THREEPID_NOT_FOUND` for a mail address that is not
   * the user's; 429 `M_LIMIT_EXCEEDED` for too many.
   */
  async set({ userNid, deviceId }: Requester, request: PusherRequest): Promise<void> {
    requirePusher(request);
    const { appId, kind, description, data = {}, enabled, append } = request;
    const isMail = kind === 'email';
    const pushkey = isMail ? canonicalEmail(request.pushkey) : request.pushkey;
    if (isMail) await this.#requireAddress(userNid, pushkey);
    const known = await this.#storage.pushers.ofUser(userNid);
    const before = known.find((pusher) => pusher.appId === appId && pusher.pushkey === pushkey);
    if (before === undefined && known.length >= MOST_PUSHERS) throw limitExceeded(RETRY_MS);
    const isKept = before?.enabled === 1;
    const unit = new UnitOfWork();
    if (!append) this.#storage.pushers.deleteOfOthers(unit, { userNid, appId, pushkey });
    this.#storage.pushers.put(unit, {
      userNid,
      appId,
      pushkey,
      kind,
      deviceId,
      description: JSON.stringify(description),
      data: JSON.stringify(data),
      enabled: enabled ? 1 : 0,
      createdTs: before?.createdTs ?? this.#clock.now(),
      lastPosition: isKept ? before.lastPosition : await this.#storage.log.newest(),
      lastBadge: before?.lastBadge ?? 0,
    });
    await this.#storage.database.commit(unit);
  }

  /** Removes a pusher, if there is one. */
  async remove({ userNid }: Requester, appId: string, pushkey: string): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.pushers.delete(unit, { userNid, appId, pushkey });
    await this.#storage.database.commit(unit);
  }

  /** The link in a mail that ends such mails: whoever has it need not log in. */
  async unsubscribeLink(pusher: Pick<StoredPusher, 'userNid' | 'appId' | 'pushkey'>): Promise<string> {
    const { userNid, appId, pushkey } = pusher;
    const signature = await this.#secret.sign('unsubscribe', signedText(pusher));
    const query = new URLSearchParams({ access_token: `${userNid}.${signature}`, app_id: appId, pushkey });
    return `${this.#publicUrl()}${UNSUBSCRIBE_PATH}?${query}`;
  }

  /**
   * Whether a link is one of `unsubscribeLink`, whose pusher may be gone already.
   * @returns the pusher's key; undefined for another link.
   */
  async pusherOfLink(token: string, appId: string, pushkey: string): Promise<PusherKey | undefined> {
    const [, userNid = '', signature = ''] = /^(\d{1,15})\.([\w-]+)$/.exec(token) ?? [];
    const key = { userNid: Number(userNid), appId, pushkey };
    const isGenuine = await this.#secret.verify('unsubscribe', signedText(key), signature);
    return isGenuine ? key : undefined;
  }

  /** Removes the pusher of a link. */
  async unsubscribe(key: PusherKey): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.pushers.delete(unit, key);
    await this.#storage.database.commit(unit);
  }

  /** As Synapse: mails go to nobody but the user. */
  async #requireAddress(userNid: number, address: string): Promise<void> {
    if (!this.#sendsMail) throw invalidParam('This server sends no mail');
    if ((await this.#storage.thirdPartyIds.owner('email', address)) === userNid) return;
    throw new MatrixError(400, 'M_THREEPID_NOT_FOUND', 'This is no mail address of yours');
  }
}

function signedText({ userNid, appId, pushkey }: PusherKey): string {
  return JSON.stringify([userNid, appId, pushkey]);
}

function requirePusher({ appId, pushkey, kind, description, data }: PusherRequest): void {
  if (appId === '' || appId.length > LONGEST_APP_ID) throw invalidParam('app_id has 1 to 64 characters');
  if (pushkey === '' || Buffer.byteLength(pushkey) > LONGEST_PUSHKEY) {
    throw invalidParam('pushkey has 1 to 512 bytes');
  }
  for (const key of REQUIRED)
    if (typeof description[key] !== 'string') throw missingParam(`${key} is missing`);
  if (data === undefined) throw missingParam('data is missing');
  const { url } = data;
  if (kind === 'email') return;
  if (kind !== 'http' && kind !== 'webpush') {
    throw invalidParam('kind is http, email or webpush here, or null to remove a pusher');
  }
  if (typeof url !== 'string') throw missingParam('data.url is missing');
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw invalidParam('data.url is not an address of the web');
  }
  if (kind === 'http' && parsed.pathname !== PUSH_GATEWAY_PATH) {
    throw invalidParam(`data.url has another path than ${PUSH_GATEWAY_PATH}`);
  }
  if (kind === 'webpush' && typeof data.auth !== 'string') throw missingParam('data.auth is missing');
}
