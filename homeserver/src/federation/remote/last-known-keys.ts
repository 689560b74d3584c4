import type { KeysOfUsers } from '../../encryption/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { UserId } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { type Storage, UnitOfWork } from '../../storage/index.ts';

/** What is known of one user. */
interface KeysOfUser {
  readonly devices: Readonly<Record<string, JsonObject>>;
  readonly masterKey?: JsonObject;
  readonly selfSigningKey?: JsonObject;
}

/** A user with hundreds of devices has less; what is larger is not kept. */
const LARGEST_BYTES = 500_000;

/**
 * The keys of users of other servers as they were told last, for the time when their server does not answer. While it
 * does, it is asked each time: so a change that never came here does no harm.
 */
export class LastKnownKeys {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Keeps what a server says of all devices of some users, as far as they are in rooms that are known here. */
  async remember(answer: KeysOfUsers, userIds: readonly UserId[]): Promise<void> {
    const { database, remoteKeys, strings } = this.#storage;
    const nids = await strings.findAll(userIds);
    const inRooms = await remoteKeys.inRooms([...nids.values()]);
    const known = await remoteKeys.of([...inRooms]);
    const unit = new UnitOfWork();
    for (const [userId, userNid] of nids) {
      const masterKey = answer.masterKeys[userId];
      const selfSigningKey = answer.selfSigningKeys[userId];
      const keys = textOf({
        devices: answer.deviceKeys[userId] ?? {},
        ...(masterKey && { masterKey }),
        ...(selfSigningKey && { selfSigningKey }),
      });
      // Nearly always it is what is here already.
      if (inRooms.has(userNid) && keys !== undefined && keys !== known.get(userNid)) {
        remoteKeys.put(unit, userNid, keys);
      }
    }
    if (!unit.isEmpty) await database.commit(unit);
  }

  /** What is known of some users; those of whom nothing is are left out. */
  async find(userIds: readonly UserId[]): Promise<KeysOfUsers> {
    const { remoteKeys, strings } = this.#storage;
    const nids = await strings.findAll(userIds);
    const known = await remoteKeys.of([...nids.values()]);
    const found: KeysOfUsers = { deviceKeys: {}, masterKeys: {}, selfSigningKeys: {} };
    for (const userId of userIds) {
      const text = known.get(nids.get(userId) ?? 0);
      if (text === undefined) continue;
      const { devices, masterKey, selfSigningKey } = JSON.parse(text) as KeysOfUser;
      found.deviceKeys[userId] = { ...devices };
      if (masterKey !== undefined) found.masterKeys[userId] = masterKey;
      if (selfSigningKey !== undefined) found.selfSigningKeys[userId] = selfSigningKey;
    }
    return found;
  }

  /** A device has other keys, or none any more. */
  deviceChanged(userId: UserId, deviceId: string, keys: JsonObject | undefined): Promise<void> {
    return this.#change(userId, (known) => {
      const { [deviceId]: _old, ...others } = known.devices;
      return { ...known, devices: keys === undefined ? others : { ...others, [deviceId]: keys } };
    });
  }

  /** A user has other cross-signing keys. */
  crossSigningChanged(userId: UserId, keys: Pick<KeysOfUser, 'masterKey' | 'selfSigningKey'>): Promise<void> {
    return this.#change(userId, (known) => ({ ...known, ...keys }));
  }

  async #change(userId: UserId, change: (known: KeysOfUser) => KeysOfUser): Promise<void> {
    const { database, remoteKeys, strings } = this.#storage;
    const userNid = await strings.find(userId);
    const known = userNid === undefined ? undefined : (await remoteKeys.of([userNid])).get(userNid);
    if (userNid === undefined || known === undefined) return;
    const keys = textOf(change(JSON.parse(known) as KeysOfUser));
    if (keys === undefined) return;
    const unit = new UnitOfWork();
    remoteKeys.put(unit, userNid, keys);
    await database.commit(unit);
  }
}

function textOf(keys: KeysOfUser): string | undefined {
  const text = JSON.stringify(keys);
  return text.length > LARGEST_BYTES ? undefined : text;
}

/** A key of a user, if it is one. */
export function keyOfUser(value: unknown, userId: UserId): JsonObject | undefined {
  return isJsonObject(value) && value.user_id === userId ? value : undefined;
}
