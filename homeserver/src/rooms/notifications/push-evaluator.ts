import { RecentMap } from '../../base/recent-map.ts';
import { DUMMY_EVENT } from '../../protocol/events.ts';
import {
  evaluatePushRules,
  PushEvent,
  type PushOutcome,
  type PushUser,
} from '../../protocol/push-rules/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { countedMembers } from '../counted-members.ts';
import type { Room } from '../room.ts';
import { powerLevelsOfRoom } from '../room-access.ts';
import type { UserSettings } from './user-settings.ts';

const REMEMBERED_EVENTS = 2000;

/**
 * Finds out what events do for users by their push rules. Events are made ready once, since many users ask about the
 * same ones.
 *
 * Source: Client-Server API v1.19, "Push Rules".
 */
export class PushEvaluator {
  readonly #rooms: RoomsContext;
  readonly #ready = new RecentMap<number, PushEvent>(REMEMBERED_EVENTS);

  constructor(rooms: RoomsContext) {
    this.#rooms = rooms;
  }

  /** A user as the rules see them in a room. */
  async userIn(room: Room, userId: string): Promise<PushUser> {
    const nid = room.members.get(userId)?.eventNid;
    const member = nid === undefined ? undefined : await this.#rooms.storage.events.get(nid);
    const name = member?.pdu.content.displayname;
    return { userId, displayName: typeof name === 'string' ? name : undefined };
  }

  /** What an event does for a user, whoever sent it. */
  outcome(room: Room, event: StoredEvent, user: PushUser, { pushRules }: UserSettings): PushOutcome {
    // Nobody sees it, so nobody is told of it either, whatever their rules say of the room.
    if (event.pdu.type === DUMMY_EVENT) return { notify: false, highlight: false, actions: [] };
    return evaluatePushRules(pushRules, this.#readyEvent(room, event), user);
  }

  #readyEvent(room: Room, { nid, pdu }: StoredEvent): PushEvent {
    const known = this.#ready.get(nid);
    if (known !== undefined) return known;
    const { type, sender, state_key: stateKey, content } = pdu;
    const ready = new PushEvent(
      {
        type,
        sender,
        room_id: room.roomId,
        content,
        ...(stateKey === undefined ? {} : { state_key: stateKey }),
      },
      {
        memberCount: countedMembers(this.#rooms, room).joined,
        senderMayNotify(key) {
          const levels = powerLevelsOfRoom(room);
          return levels.userLevel(sender) >= levels.notification(key);
        },
      },
    );
    this.#ready.set(nid, ready);
    return ready;
  }
}
