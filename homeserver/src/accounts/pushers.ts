import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, limitExceeded, missingParam } from '../protocol/errors.ts';
import { type Storage, type StoredPusher, UnitOfWork } from '../storage/index.ts';
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

const LONGEST_APP_ID = 64;
const LONGEST_PUSHKEY = 512;
const MOST_PUSHERS = 50;
const RETRY_MS = 60_000;
/** What is shown to people; `lang` chooses the words of a mail. */
const REQUIRED = ['app_display_name', 'device_display_name', 'lang'] as const;
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

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** A user's pushers, the oldest first. */
  list({ userNid }: Requester): Promise<StoredPusher[]> {
    return this.#storage.pushers.ofUser(userNid);
  }

  /**
   * Adds a pusher or changes the one with this application and key. It begins with what comes now.
   *
   * @throws {MatrixError} 400 `M_MISSING_PARAM`, `M_INVALID_PARAM`; 429 `M_LIMIT_EXCEEDED` for too many.
   */
  async set({ userNid, deviceId }: Requester, request: PusherRequest): Promise<void> {
    requirePusher(request);
    const { appId, pushkey, kind, description, data = {}, enabled, append } = request;
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
  if (kind !== 'http' && kind !== 'webpush') {
    throw invalidParam('kind is http or webpush here, or null to remove a pusher');
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
