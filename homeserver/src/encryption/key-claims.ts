import type { Logger } from '../base/logger.ts';
import type { JsonValue } from '../protocol/canonical-json.ts';
import { tooLarge } from '../protocol/errors.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import { type DeviceAddress, ExpectationFailed, type Storage, UnitOfWork } from '../storage/index.ts';
import { askServers, byServer, checkUserIds, type Failures, MOST_ASKED } from './ask-servers.ts';
import { nameOf } from './device-keys.ts';
import type { AskedOneTimeKeys, GivenOneTimeKeys, RemoteKeys } from './remote-keys.ts';

/** The answer to a claim. */
export interface ClaimedKeys {
  readonly oneTimeKeys: GivenOneTimeKeys;
  readonly failures: Failures;
}

interface Claimed {
  /** `algorithm:ID`. */
  readonly name: string;
  readonly key: JsonValue;
}

/** So many more are looked at than are being given out, for those that others take meanwhile. */
const SPARE = 4;
/** Far more claims than there are processes. */
const MOST_ATTEMPTS = 100;
/** How many devices are served at the same time for one request. */
const AT_ONCE = 100;

/** Gives out one-time keys, each of them once. */
export class KeyClaims {
  readonly #storage: Storage;
  readonly #serverName: ServerName;
  readonly #remote: RemoteKeys;
  readonly #logger: Logger;
  /** Keys that this process is giving out, by device and algorithm: so that claims at the same time do not meet. */
  readonly #underWay = new Map<string, Set<string>>();

  constructor(storage: Storage, serverName: ServerName, remote: RemoteKeys, logger: Logger) {
    this.#storage = storage;
    this.#serverName = serverName;
    this.#remote = remote;
    this.#logger = logger;
  }

  /**
   * Claims a key of each device: a one-time key that nobody else gets, or if none is left the fallback key. Devices
   * that have neither are left out.
   *
   * Source: Client-Server API v1.19, `POST /keys/claim`.
   * @param timeoutMs how long other servers are waited for; ten seconds unless given.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no user ID; 413 `M_TOO_LARGE` for too many.
   */
  async claim(wanted: AskedOneTimeKeys, timeoutMs?: number): Promise<ClaimedKeys> {
    checkUserIds(wanted);
    const devices = Object.values(wanted).flatMap((ofUser) => Object.keys(ofUser));
    if (devices.length > MOST_ASKED) throw tooLarge(`At most ${MOST_ASKED} keys can be claimed at once`);
    const servers = byServer(wanted);
    const local = servers.get(this.#serverName);
    servers.delete(this.#serverName);
    const oneTimeKeys = local === undefined ? {} : await this.claimLocal(local);
    const failures = await askServers(servers, timeoutMs, this.#logger, async (server, asked, patience) => {
      const given = await this.#remote.claim(server, asked, patience);
      for (const userId of Object.keys(asked)) {
        if (Object.hasOwn(given, userId)) oneTimeKeys[userId] = given[userId] ?? {};
      }
    });
    return { oneTimeKeys, failures };
  }

  /**
   * Claims keys of devices of this server, for a client or for another server.
   *
   * Source: Server-Server API v1.19, `POST /user/keys/claim`.
   */
  async claimLocal(wanted: AskedOneTimeKeys): Promise<GivenOneTimeKeys> {
    const nids = await this.#storage.strings.findAll(Object.keys(wanted));
    const asked = Object.entries(wanted).flatMap(([userId, devices]) => {
      const userNid = nids.get(userId);
      if (userNid === undefined) return [];
      return Object.entries(devices).map(([deviceId, algorithm]) => ({
        userId,
        userNid,
        deviceId,
        algorithm,
      }));
    });
    const given = new Map<string, [string, Record<string, JsonValue>][]>();
    for (let first = 0; first < asked.length; first += AT_ONCE) {
      await Promise.all(
        asked.slice(first, first + AT_ONCE).map(async ({ userId, algorithm, ...device }) => {
          const claimed =
            (await this.#takeOne(device, algorithm)) ?? (await this.#fallback(device, algorithm));
          if (claimed === undefined) return;
          const ofUser = given.get(userId) ?? [];
          given.set(userId, [...ofUser, [device.deviceId, { [claimed.name]: claimed.key }]]);
        }),
      );
    }
    // From entries, as a device may have any name.
    return Object.fromEntries([...given].map(([userId, devices]) => [userId, Object.fromEntries(devices)]));
  }

  /** Takes the oldest key that nobody else is taking. */
  async #takeOne(device: DeviceAddress, algorithm: string): Promise<Claimed | undefined> {
    const slot = JSON.stringify([device.userNid, device.deviceId, algorithm]);
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const limit = (this.#underWay.get(slot)?.size ?? 0) + SPARE;
      const oldest = await this.#storage.oneTimeKeys.oldest(device, algorithm, limit);
      const taken = this.#underWay.get(slot) ?? new Set();
      const key = oldest.find(({ keyId }) => !taken.has(keyId));
      if (key === undefined && oldest.length < limit) return undefined;
      if (key === undefined) continue;
      this.#underWay.set(slot, taken.add(key.keyId));
      const unit = new UnitOfWork();
      this.#storage.oneTimeKeys.take(unit, device, key);
      try {
        await this.#storage.database.commit(unit);
        return { name: nameOf(key), key: JSON.parse(key.key) as JsonValue };
      } catch (error) {
        // Another process was faster, or it was gone when it was read: the next one then.
        if (!(error instanceof ExpectationFailed)) throw error;
      } finally {
        taken.delete(key.keyId);
        if (taken.size === 0) this.#underWay.delete(slot);
      }
    }
    return undefined;
  }

  async #fallback(device: DeviceAddress, algorithm: string): Promise<Claimed | undefined> {
    const fallbacks = await this.#storage.oneTimeKeys.fallbacks(device);
    const key = fallbacks.find((fallback) => fallback.algorithm === algorithm);
    if (key === undefined) return undefined;
    if (!key.used) {
      const unit = new UnitOfWork();
      this.#storage.oneTimeKeys.putFallbacks(unit, device, [{ ...key, used: true }]);
      await this.#storage.database.commit(unit);
    }
    return { name: nameOf(key), key: JSON.parse(key.key) as JsonValue };
  }
}
