import type { Requester } from '../accounts/index.ts';
import type { Logger } from '../base/logger.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import type { ServerName, UserId } from '../protocol/identifiers.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import type { KeyUsage, Storage, StoredDeviceKeys, StoredKeySignature } from '../storage/index.ts';
import { askServers, byServer, checkUserIds, type Failures } from './ask-servers.ts';
import { parseObject, publicPartOf, withSignaturesOf } from './key-objects.ts';
import type { AskedDevices, KeysOfUsers, RemoteKeys, RemoteKeysOfUsers } from './remote-keys.ts';

/** Who looks at keys: nobody in particular for another server. */
export type KeyViewer = Pick<Requester, 'userId' | 'userNid'>;

/** The answer to a query for keys. */
export interface QueriedKeys extends KeysOfUsers {
  /** Of the viewer alone. */
  readonly userSigningKeys: Record<UserId, JsonObject>;
  readonly failures: Failures;
}

export interface LocalQuery {
  readonly viewer?: KeyViewer | undefined;
  /** Whether devices come with the names that their users gave them. */
  readonly withNames: boolean;
}

/** How many users' keys are read at the same time. */
const USERS_AT_ONCE = 200;

/**
 * Shows the keys of devices and users. A signature is shown to everybody if the owner of the key has made it, else to
 * whom has made it alone.
 *
 * Source: Client-Server API v1.19, "Cross-signing", "Key and signature security".
 */
export class KeyQuery {
  readonly #storage: Storage;
  readonly #serverName: ServerName;
  readonly #remote: RemoteKeys;
  readonly #logger: Logger;

  constructor(storage: Storage, serverName: ServerName, remote: RemoteKeys, logger: Logger) {
    this.#storage = storage;
    this.#serverName = serverName;
    this.#remote = remote;
    this.#logger = logger;
  }

  /**
   * The keys of users of this server and of others.
   *
   * Source: Client-Server API v1.19, `POST /keys/query`.
   * @param timeoutMs how long other servers are waited for; ten seconds unless given.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for what is no user ID; 413 `M_TOO_LARGE` for too many.
   */
  async query(viewer: KeyViewer, asked: AskedDevices, timeoutMs?: number): Promise<QueriedKeys> {
    checkUserIds(asked);
    const servers = byServer(asked);
    const local = servers.get(this.#serverName);
    servers.delete(this.#serverName);
    const found = await this.queryLocal(local ?? {}, { viewer, withNames: true });
    const failures = await askServers(servers, timeoutMs, this.#logger, async (server, users, patience) => {
      const answer = await this.#remote.query(server, users, patience);
      await this.#takeOver(found, answer, users, viewer);
      // Clients get them, and ask again later.
      if (answer.isOutdated) throw new Error('the keys are those that the server told last');
    });
    const own = Object.hasOwn(asked, viewer.userId) ? await this.#ownKey(viewer, 'user_signing') : undefined;
    return { ...found, userSigningKeys: own === undefined ? {} : { [viewer.userId]: own }, failures };
  }

  /**
   * The keys of users of this server; each of them has an entry, also where there are none.
   *
   * Source: Server-Server API v1.19, `POST /user/keys/query`.
   */
  async queryLocal(asked: AskedDevices, { viewer, withNames }: LocalQuery): Promise<KeysOfUsers> {
    const found: KeysOfUsers = { deviceKeys: {}, masterKeys: {}, selfSigningKeys: {} };
    const nids = await this.#storage.strings.findAll(Object.keys(asked));
    const users = Object.entries(asked);
    for (let first = 0; first < users.length; first += USERS_AT_ONCE) {
      const slice = users.slice(first, first + USERS_AT_ONCE);
      const sliceNids = slice.map(([userId]) => nids.get(userId)).filter((nid) => nid !== undefined);
      const stored = await this.#read(sliceNids, viewer);
      for (const [userId, deviceIds] of slice) {
        const owner = { userId, userNid: nids.get(userId) ?? 0 };
        found.deviceKeys[userId] = stored.devicesOf(owner, deviceIds, withNames);
        const master = stored.crossSigningKey(owner, 'master');
        if (master !== undefined) found.masterKeys[userId] = master;
        const selfSigning = stored.crossSigningKey(owner, 'self_signing');
        if (selfSigning !== undefined) found.selfSigningKeys[userId] = selfSigning;
      }
    }
    return found;
  }

  async #ownKey(viewer: KeyViewer, usage: KeyUsage): Promise<JsonObject | undefined> {
    return (await this.#read([viewer.userNid], viewer)).crossSigningKey(viewer, usage);
  }

  async #read(userNids: readonly number[], viewer: KeyViewer | undefined): Promise<StoredKeys> {
    const { deviceKeys, crossSigning } = this.#storage;
    const [devices, keys, signatures] = await Promise.all([
      deviceKeys.ofUsers(userNids),
      crossSigning.keysOf(userNids),
      crossSigning.signaturesOn(userNids, viewer?.userNid ?? 0),
    ]);
    return new StoredKeys(
      Map.groupBy(devices, ({ userNid }) => userNid),
      new Map(keys.map(({ userNid, usage, key }) => [`${userNid} ${usage}`, key])),
      new Signatures(signatures, viewer),
    );
  }

  /** Takes over what another server says of the users that it was asked for, with what the viewer has signed of it. */
  async #takeOver(
    found: KeysOfUsers,
    answer: RemoteKeysOfUsers,
    asked: AskedDevices,
    viewer: KeyViewer,
  ): Promise<void> {
    const nids = await this.#storage.strings.findAll(Object.keys(asked));
    const signatures = new Signatures(
      await this.#storage.crossSigning.signaturesOn([...nids.values()], viewer.userNid),
      viewer,
    );
    for (const [userId, deviceIds] of Object.entries(asked)) {
      const owner = { userId, userNid: nids.get(userId) ?? 0 };
      const told = answer.deviceKeys[userId];
      if (told === undefined && answer.isOutdated) continue;
      const devices = Object.entries(told ?? {}).filter(
        ([deviceId, keys]) =>
          isJsonObject(keys) &&
          keys.user_id === userId &&
          keys.device_id === deviceId &&
          (deviceIds.length === 0 || deviceIds.includes(deviceId)),
      );
      found.deviceKeys[userId] = Object.fromEntries(
        devices.map(([deviceId, keys]) => [deviceId, signatures.on(keys, owner, deviceId)]),
      );
      const master = answer.masterKeys[userId];
      if (isOf(master, userId)) found.masterKeys[userId] = signatures.onCrossSigningKey(master, owner);
      const selfSigning = answer.selfSigningKeys[userId];
      if (isOf(selfSigning, userId)) {
        found.selfSigningKeys[userId] = signatures.onCrossSigningKey(selfSigning, owner);
      }
    }
  }
}

function isOf(key: JsonObject | undefined, userId: UserId): key is JsonObject {
  return isJsonObject(key) && key.user_id === userId;
}

/** What is stored of some users, for one viewer. */
class StoredKeys {
  readonly #devices: ReadonlyMap<number, readonly StoredDeviceKeys[]>;
  readonly #crossSigningKeys: ReadonlyMap<string, string>;
  readonly #signatures: Signatures;

  constructor(
    devices: ReadonlyMap<number, readonly StoredDeviceKeys[]>,
    crossSigningKeys: ReadonlyMap<string, string>,
    signatures: Signatures,
  ) {
    this.#devices = devices;
    this.#crossSigningKeys = crossSigningKeys;
    this.#signatures = signatures;
  }

  devicesOf(owner: KeyViewer, deviceIds: readonly string[], withNames: boolean): Record<string, JsonObject> {
    const wanted = (this.#devices.get(owner.userNid) ?? []).filter(
      ({ deviceId }) => deviceIds.length === 0 || deviceIds.includes(deviceId),
    );
    return Object.fromEntries(
      wanted.map(({ deviceId, keys, displayName }) => {
        const { unsigned: _unsigned, ...signed } = this.#signatures.on(parseObject(keys), owner, deviceId);
        const named = withNames && displayName !== null;
        return [deviceId, named ? { ...signed, unsigned: { device_display_name: displayName } } : signed];
      }),
    );
  }

  crossSigningKey(owner: KeyViewer, usage: KeyUsage): JsonObject | undefined {
    const key = this.#crossSigningKeys.get(`${owner.userNid} ${usage}`);
    return key === undefined ? undefined : this.#signatures.onCrossSigningKey(parseObject(key), owner);
  }
}

/** The signatures that one viewer may see beside those that came with the keys. */
class Signatures {
  readonly #viewer: KeyViewer | undefined;
  readonly #byTarget: ReadonlyMap<string, readonly StoredKeySignature[]>;

  constructor(signatures: readonly StoredKeySignature[], viewer: KeyViewer | undefined) {
    this.#viewer = viewer;
    this.#byTarget = Map.groupBy(signatures, ({ targetNid, target }) => `${targetNid} ${target}`);
  }

  onCrossSigningKey(key: JsonObject, owner: KeyViewer): JsonObject {
    return this.on(key, owner, publicPartOf(key)?.publicKey ?? '');
  }

  /** The key with its own signatures and those that were uploaded for it, as far as the viewer may see them. */
  on(key: JsonObject, owner: KeyViewer, target: string): JsonObject {
    const viewer = this.#viewer;
    const shown = withSignaturesOf(key, [owner.userId, viewer?.userId]);
    const signatures = shown.signatures as JsonObject;
    for (const { signerNid, signerKeyId, signature } of this.#byTarget.get(`${owner.userNid} ${target}`) ??
      []) {
      const signer = signerNid === viewer?.userNid ? viewer.userId : owner.userId;
      signatures[signer] = { ...(signatures[signer] as JsonObject | undefined), [signerKeyId]: signature };
    }
    return shown;
  }
}
