import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, MatrixError, notFound, tooLarge } from '../protocol/errors.ts';
import { isRoomId } from '../protocol/identifiers.ts';
import { type AccountDataKey, JobKind, type Storage, UnitOfWork } from '../storage/index.ts';
import { MUTED_UNTIL_TYPE, nextMuteEnd } from './muted-until.ts';
import { checkName } from './names.ts';
import { retryWhenOvertaken } from './retry-when-overtaken.ts';
import { asAccountData, PUSH_RULES_TYPE, rulesIn } from './stored-push-rules.ts';

/** A piece of account data, as sync gives it to clients. */
export interface AccountDataEntry {
  readonly type: string;
  readonly content: JsonObject;
}

/** A piece of account data that belongs to a room. */
export interface RoomAccountDataEntry extends AccountDataEntry {
  readonly roomNid: number;
}

/** The room number of account data that belongs to no room. */
export const NO_ROOM = 0;

/** Set by endpoints of their own, never as account data. */
const WRITTEN_BY_SERVER = [PUSH_RULES_TYPE, 'm.fully_read'];
const MAX_CONTENT_CHARACTERS = 1_048_576;

/**
 * What clients keep on the server about their user, for each room and for none. Everybody has push rules: those that
 * were never touched are the default ones.
 */
export class AccountData {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** One piece; `roomNid` is `NO_ROOM` for what belongs to no room. */
  async get(userNid: number, roomNid: number, type: string): Promise<JsonObject | undefined> {
    const content = parse(await this.#storage.accountData.get({ userNid, roomNid, type }));
    return type === PUSH_RULES_TYPE && roomNid === NO_ROOM ? this.#pushRules(userNid, content) : content;
  }

  /** Everything that belongs to no room. */
  async global(userNid: number): Promise<AccountDataEntry[]> {
    const stored = await this.#storage.accountData.global(userNid);
    const entries = stored.map(({ type, content }) => ({ type, content: JSON.parse(content) as JsonObject }));
    const pushRules = entries.find(({ type }) => type === PUSH_RULES_TYPE);
    const content = await this.#pushRules(userNid, pushRules?.content);
    return [{ type: PUSH_RULES_TYPE, content }, ...entries.filter((entry) => entry !== pushRules)];
  }

  /** Everything that belongs to rooms, by room and type. */
  async ofRooms(userNid: number): Promise<RoomAccountDataEntry[]> {
    const entries = await this.#storage.accountData.ofRooms(userNid);
    return entries.map((entry) => ({ ...entry, content: JSON.parse(entry.content) }));
  }

  /**
   * Sets a piece on behalf of a client.
   *
   * Source: Client-Server API v1.19, `PUT /user/{userId}/account_data/{type}` and the same of a room.
   * @throws {MatrixError} 405 `M_BAD_JSON` for types that have endpoints of their own; 400 `M_INVALID_PARAM` for a
   * type of the wrong form; 413 `M_TOO_LARGE`.
   */
  async setByClient(userNid: number, roomNid: number, type: string, content: JsonObject): Promise<void> {
    if (WRITTEN_BY_SERVER.includes(type)) {
      throw new MatrixError(405, 'M_BAD_JSON', `${type} has an endpoint of its own`);
    }
    checkName(type, 'The type');
    await this.set(userNid, roomNid, type, content);
  }

  /**
   * Sets a piece.
   * @throws {MatrixError} 413 `M_TOO_LARGE`
   */
  async set(userNid: number, roomNid: number, type: string, content: JsonObject): Promise<void> {
    const unit = new UnitOfWork();
    this.#storage.accountData.put(unit, { userNid, roomNid, type }, toText(content));
    if (type === MUTED_UNTIL_TYPE && roomNid === NO_ROOM) await this.#endMutesInTime(unit, userNid, content);
    await this.#storage.database.commit(unit);
  }

  /**
   * Replaces a piece by what `change` makes of it, with nobody else's change in between.
   *
   * @param change may run several times; what it throws ends the change.
   */
  async update(key: AccountDataKey, change: (content: JsonObject | undefined) => JsonObject): Promise<void> {
    await retryWhenOvertaken(async () => {
      const before = await this.#storage.accountData.get(key);
      const unit = new UnitOfWork();
      this.#storage.accountData.replace(unit, key, before, toText(change(parse(before))));
      await this.#storage.database.commit(unit);
    });
  }

  /**
   * The number of a room, as the other functions take it.
   * @throws {MatrixError} 400 `M_INVALID_PARAM`; 404 `M_NOT_FOUND` for a room that this server does not know.
   */
  async roomNidOf(roomId: string): Promise<number> {
    if (!isRoomId(roomId)) throw invalidParam('This is not a room ID');
    const room = await this.#storage.rooms.byId(roomId);
    if (room === undefined) throw notFound('This server does not know that room');
    return room.nid;
  }

  async #endMutesInTime(unit: UnitOfWork, userNid: number, content: JsonObject): Promise<void> {
    const runAt = nextMuteEnd(content);
    if (runAt === undefined) return;
    const key = await this.#storage.strings.valueOf(userNid);
    this.#storage.jobs.enqueue(unit, { kind: JobKind.EndMutes, key, runAt });
  }

  async #pushRules(userNid: number, stored: JsonObject | undefined): Promise<JsonObject> {
    return asAccountData(rulesIn(stored, await this.#storage.strings.valueOf(userNid)));
  }
}

function parse(content: string | undefined): JsonObject | undefined {
  return content === undefined ? undefined : (JSON.parse(content) as JsonObject);
}

function toText(content: JsonObject): string {
  const text = JSON.stringify(content);
  if (text.length > MAX_CONTENT_CHARACTERS) {
    throw tooLarge(`A piece of account data has at most ${MAX_CONTENT_CHARACTERS} characters`);
  }
  return text;
}
