import type { Accounts } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { type TransactionKey, UnitOfWork } from '../../storage/index.ts';
import { createRoom } from '../commands/create-room.ts';
import { inviteUser } from '../commands/invite.ts';
import { joinRoom } from '../commands/join.ts';
import { sendEvent, setState } from '../commands/send-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { SerialQueue } from '../serial-queue.ts';

/** How an admin has set up notices. */
export interface ServerNoticesOptions {
  /** The user that they come from, which nobody logs in as. */
  readonly sender: string;
  /** What the room is called. */
  readonly roomName: string;
  /** Whether users need not accept an invite. */
  readonly joins: boolean;
}

/** What users are to be told. */
export interface ServerNotice {
  readonly type: string;
  readonly stateKey: string | undefined;
  readonly content: JsonObject;
  /** Of the admin who sends it: a repeat is no second notice. */
  readonly transaction: TransactionKey;
}

/** As Synapse: others only read. */
const POWER_LEVELS = { users_default: -10 };
const TAG = 'm.server_notice';

/**
 * Tells single users something, in a room of their own with the server.
 *
 * Source: Client-Server API v1.19, "Server Notices"; Synapse's admin API, "Server Notices".
 */
export class ServerNotices {
  readonly #rooms: RoomsContext;
  readonly #tags: Accounts['tags'];
  readonly #options: ServerNoticesOptions | undefined;
  /** One at a time, so that nobody gets two rooms. */
  readonly #queue = new SerialQueue();

  /** @param options undefined on a server that tells nobody anything. */
  constructor(rooms: RoomsContext, tags: Accounts['tags'], options: ServerNoticesOptions | undefined) {
    this.#rooms = rooms;
    this.#tags = tags;
    this.#options = options;
  }

  /**
   * Tells a user something; invites them to their room with the server, which is made unless they are in it.
   *
   * @returns the event's ID.
   * @throws MatrixError 400 `M_UNKNOWN`, as Synapse, where notices are off; as `sendEvent`.
   */
  async send(
    user: { readonly userId: string; readonly userNid: number },
    notice: ServerNotice,
  ): Promise<string> {
    const options = this.#options;
    if (options === undefined) {
      throw new MatrixError(400, 'M_UNKNOWN', 'Server notices are not enabled on this server');
    }
    const { sender } = options;
    if (user.userId === sender) throw invalidParam('The server has nothing to tell itself');
    const room = await this.#queue.run(() => this.#roomWith(user, options));
    const target = { roomId: room.roomId, sender };
    const { type, stateKey, content, transaction } = notice;
    if (stateKey !== undefined) return setState(this.#rooms, target, type, stateKey, content);
    return sendEvent(this.#rooms, target, type, content, transaction);
  }

  async #roomWith(
    { userId, userNid }: { readonly userId: string; readonly userNid: number },
    { sender, roomName, joins }: ServerNoticesOptions,
  ): Promise<Room> {
    const { registry, storage } = this.#rooms;
    const known = await storage.noticeRooms.roomOf(userNid);
    const present = known === undefined ? undefined : await registry.byNid(known);
    const membership = present?.membershipOf(userId);
    const isThere = membership === 'join' || membership === 'invite';
    if (present !== undefined && isThere && present.membershipOf(sender) === 'join') return present;
    const roomId = await createRoom(this.#rooms, sender, {
      preset: 'private_chat',
      name: roomName,
      powerLevelOverride: POWER_LEVELS,
    });
    const room = await registry.byId(roomId);
    if (room === undefined) throw new Error('A room that was just made is not there');
    const unit = new UnitOfWork();
    storage.noticeRooms.put(unit, userNid, room.nid);
    await storage.database.commit(unit);
    await this.#tags.set(userNid, room.nid, TAG, {});
    await inviteUser(this.#rooms, { roomId, sender }, userId, { isAskedFor: true });
    if (joins) await joinRoom(this.#rooms, userId, roomId);
    return room;
  }
}
