import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import { LogKind, type UnitOfWork } from '../database/unit-of-work.ts';

/** Which piece of account data. */
export interface AccountDataKey {
  readonly userNid: number;
  /** 0 for account data that belongs to no room. */
  readonly roomNid: number;
  readonly type: string;
}

/** A piece of account data; `content` is a JSON object as text. */
export interface StoredAccountData {
  readonly roomNid: number;
  readonly type: string;
  readonly content: string;
}

const columns = { user_nid: 'bigint', room_nid: 'bigint', type: 'text', content: 'text' } as const;
const upsert = defineUpsert('account_data', columns, ['user_nid', 'room_nid', 'type']);
const insert = defineInsertIgnore('account_data', columns);
const deleteOfUser = defineDelete('account_data', { user_nid: 'bigint' });
const one = defineQuery<[number, number, string], { content: string }>(
  'SELECT content FROM account_data WHERE user_nid = ? AND room_nid = ? AND type = ?',
);
const ENTRY = 'SELECT room_nid AS "roomNid", type, content FROM account_data WHERE user_nid = ?';
const global = defineQuery<[number], StoredAccountData>(`${ENTRY} AND room_nid = 0 ORDER BY type`);
const ofRooms = defineQuery<[number], StoredAccountData>(`${ENTRY} AND room_nid > 0 ORDER BY room_nid, type`);

/** What clients keep about their user, for all of that user's devices. Each write gets a row in the log. */
export class AccountDataStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One piece, as JSON text. */
  async get({ userNid, roomNid, type }: AccountDataKey): Promise<string | undefined> {
    return (await this.#database.get(one, [userNid, roomNid, type]))?.content;
  }

  /** Everything of a user that belongs to no room, by type. */
  global(userNid: number): Promise<StoredAccountData[]> {
    return this.#database.all(global, [userNid]);
  }

  /** Everything of a user that belongs to a room, by room and type. */
  ofRooms(userNid: number): Promise<StoredAccountData[]> {
    return this.#database.all(ofRooms, [userNid]);
  }

  /** Deletes everything of a user, in a unit; nobody is left to be told. */
  deleteOfUser(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteOfUser, { user_nid: userNid });
  }

  /** Sets a piece, in a unit. */
  put(unit: UnitOfWork, key: AccountDataKey, content: string): void {
    unit.write(upsert, { user_nid: key.userNid, room_nid: key.roomNid, type: key.type, content });
    appendToLog(unit, key);
  }

  /** Sets a piece, in a unit, which fails with `ExpectationFailed` unless its content still is `before`. */
  replace(unit: UnitOfWork, key: AccountDataKey, before: string | undefined, content: string): void {
    const { userNid, roomNid, type } = key;
    if (before === undefined) {
      unit.writeOnce(insert, { user_nid: userNid, room_nid: roomNid, type, content });
    } else {
      unit.run(
        'UPDATE account_data SET content = ? WHERE user_nid = ? AND room_nid = ? AND type = ? AND content = ?',
        [content, userNid, roomNid, type, before],
        1,
      );
    }
    appendToLog(unit, key);
  }
}

function appendToLog(unit: UnitOfWork, { userNid, roomNid, type }: AccountDataKey): void {
  unit.append({
    kind: LogKind.AccountData,
    user: userNid,
    key: type,
    ...(roomNid === 0 ? {} : { room: roomNid }),
  });
}
