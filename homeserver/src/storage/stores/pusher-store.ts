import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineInsertIgnore,
  defineQuery,
  defineUpdate,
  defineUpsert,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** Which pusher. */
export interface PusherKey {
  readonly userNid: number;
  readonly appId: string;
  readonly pushkey: string;
}

/** Where a user wants to be told of what notifies them. */
export interface StoredPusher extends PusherKey {
  readonly kind: string;
  /** The device that set it, with which it goes. */
  readonly deviceId: string;
  /** JSON: what the client has given for people to read. */
  readonly description: string;
  /** JSON: what the client has given for the gateway. */
  readonly data: string;
  /** 0 or 1. */
  readonly enabled: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdTs: number;
  /** In the log: everything up to here was pushed. */
  readonly lastPosition: number;
  /** The number of unread rooms that was told last. */
  readonly lastBadge: number;
}

/** An event that a user is to be told of. */
export interface PendingPush {
  readonly position: number;
  readonly eventNid: number;
}

const KEY = { user_nid: 'bigint', app_id: 'text', pushkey: 'text' } as const;
const upsertPusher = defineUpsert(
  'pushers',
  {
    ...KEY,
    kind: 'text',
    device_id: 'text',
    description: 'text',
    data: 'text',
    enabled: 'integer',
    created_ts: 'bigint',
    last_position: 'bigint',
    last_badge: 'bigint',
  },
  ['user_nid', 'app_id', 'pushkey'],
);
const setProgress = defineUpdate('pushers', { ...KEY, last_position: 'bigint', last_badge: 'bigint' }, [
  'user_nid',
  'app_id',
  'pushkey',
]);
const deletePusher = defineDelete('pushers', KEY);
const deleteOfDevice = defineDelete('pushers', { user_nid: 'bigint', device_id: 'text' });
const deleteOfAddress = defineDelete('pushers', { user_nid: 'bigint', kind: 'text', pushkey: 'text' });
const insertPending = defineInsertIgnore('pending_pushes', {
  user_nid: 'bigint',
  position: 'bigint',
  event_nid: 'bigint',
});
const PUSHER = `SELECT user_nid AS "userNid", app_id AS "appId", pushkey, kind, device_id AS "deviceId", description, data,
  enabled, created_ts AS "createdTs", last_position AS "lastPosition", last_badge AS "lastBadge" FROM pushers`;
const ofUser = defineQuery<[number], StoredPusher>(
  `${PUSHER} WHERE user_nid = ? ORDER BY created_ts, app_id`,
);
const byKey = defineQuery<[number, string, string], StoredPusher>(
  `${PUSHER} WHERE user_nid = ? AND app_id = ? AND pushkey = ?`,
);
const enabledOf = defineQuery<[number[]], StoredPusher>(
  `${PUSHER} WHERE enabled = 1 AND user_nid = ANY(?:bigint[])`,
);
const usersWithPushers = defineQuery<[], { userNid: number }>(
  'SELECT DISTINCT user_nid AS "userNid" FROM pushers WHERE enabled = 1',
);
const pendingOf = defineQuery<[number, number, number], PendingPush>(
  `SELECT position, event_nid AS "eventNid" FROM pending_pushes WHERE user_nid = ? AND position > ?
   ORDER BY position DESC LIMIT ?`,
);

/** Pushers, and what they are still to tell. */
export class PusherStore {
  readonly #database: Database;
  #users: Promise<ReadonlySet<number>> | undefined;

  constructor(database: Database) {
    this.#database = database;
    database.onInvalidated('pushers', () => {
      this.#users = undefined;
    });
  }

  /** Adds or replaces a pusher, in a unit. */
  put(unit: UnitOfWork, pusher: StoredPusher): void {
    unit
      .write(upsertPusher, {
        user_nid: pusher.userNid,
        app_id: pusher.appId,
        pushkey: pusher.pushkey,
        kind: pusher.kind,
        device_id: pusher.deviceId,
        description: pusher.description,
        data: pusher.data,
        enabled: pusher.enabled,
        created_ts: pusher.createdTs,
        last_position: pusher.lastPosition,
        last_badge: pusher.lastBadge,
      })
      .invalidate('pushers', pusher.userNid);
  }

  /** Removes a pusher, in a unit. */
  delete(unit: UnitOfWork, { userNid, appId, pushkey }: PusherKey): void {
    unit.write(deletePusher, { user_nid: userNid, app_id: appId, pushkey }).invalidate('pushers', userNid);
  }

  /** Removes what others have set under the same application and key, in a unit: the phone is somebody else's now. */
  deleteOfOthers(unit: UnitOfWork, { userNid, appId, pushkey }: PusherKey): void {
    unit
      .run('DELETE FROM pushers WHERE app_id = ? AND pushkey = ? AND user_nid <> ?', [
        appId,
        pushkey,
        userNid,
      ])
      .invalidate('pushers', userNid);
  }

  /** Removes what some devices have set, in a unit. */
  deleteOfDevices(unit: UnitOfWork, userNid: number, deviceIds: readonly string[]): void {
    for (const deviceId of deviceIds) unit.write(deleteOfDevice, { user_nid: userNid, device_id: deviceId });
    unit.invalidate('pushers', userNid);
  }

  /** Removes what mails a user at an address, in a unit. */
  deleteOfAddress(unit: UnitOfWork, userNid: number, address: string): void {
    unit.write(deleteOfAddress, { user_nid: userNid, kind: 'email', pushkey: address });
    unit.invalidate('pushers', userNid);
  }

  /** Notes that a user is to be told of an event, in a unit. */
  addPending(unit: UnitOfWork, userNid: number, { position, eventNid }: PendingPush): void {
    unit.write(insertPending, { user_nid: userNid, position, event_nid: eventNid });
  }

  /** Notes how far a pusher has come and what it told, in a unit; forgets what all of its user's pushers have told. */
  advance(unit: UnitOfWork, key: PusherKey, position: number, badge: number): void {
    const { userNid, appId, pushkey } = key;
    unit.write(setProgress, {
      user_nid: userNid,
      app_id: appId,
      pushkey,
      last_position: position,
      last_badge: badge,
    });
    unit.run(
      `DELETE FROM pending_pushes WHERE user_nid = ? AND position <=
         (SELECT min(last_position) FROM pushers WHERE user_nid = ? AND enabled = 1)`,
      [userNid, userNid],
    );
  }

  ofUser(userNid: number): Promise<StoredPusher[]> {
    return this.#database.all(ofUser, [userNid]);
  }

  get({ userNid, appId, pushkey }: PusherKey): Promise<StoredPusher | undefined> {
    return this.#database.get(byKey, [userNid, appId, pushkey]);
  }

  /** The enabled pushers of some users. */
  async enabledOf(userNids: readonly number[]): Promise<StoredPusher[]> {
    return userNids.length === 0 ? [] : this.#database.all(enabledOf, [[...userNids]]);
  }

  /** Everybody who has an enabled pusher. */
  usersWithPushers(): Promise<ReadonlySet<number>> {
    this.#users ??= this.#database
      .all(usersWithPushers, [])
      .then((rows) => new Set(rows.map(({ userNid }) => userNid)));
    return this.#users;
  }

  /** The newest events that a user is to be told of, oldest first: those after a position, at most `limit`. */
  async pendingOf(userNid: number, after: number, limit: number): Promise<PendingPush[]> {
    return (await this.#database.all(pendingOf, [userNid, after, limit])).reverse();
  }
}
