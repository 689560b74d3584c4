import { RecentMap } from '../../base/recent-map.ts';
import { departureOf, type RoomsContext, type Viewer } from '../../rooms/index.ts';
import type { RoomOfUser } from '../../storage/index.ts';
import type { Memberships } from '../affected-rooms.ts';
import type { ListedRoom, SlidingContext, SlidingFrame } from './sliding-frame.ts';

/** What is to know of an own membership other than a join. */
interface OwnEvent {
  readonly sender: string;
  /** Whether they were in the room before. */
  readonly wasIn: boolean;
}

const REMEMBERED = 200_000;

/** Which rooms lists are made of. */
export class ViewerRooms {
  readonly #rooms: RoomsContext;
  /** By the number of the event. */
  readonly #ownEvents = new RecentMap<number, OwnEvent>(REMEMBERED);

  constructor(rooms: RoomsContext) {
    this.#rooms = rooms;
  }

  /**
   * The viewer's rooms, the one with the newest event first: those that they are in, are invited to, knock on, or were
   * thrown out of. Those that they have left themselves only if this connection has told of them before.
   *
   * Source: MSC4186, "Lists", "Activity ordering".
   */
  async of(
    context: SlidingContext,
    { viewer, connection }: SlidingFrame,
    memberships: Memberships,
  ): Promise<ListedRoom[]> {
    const { ignored, invites } = await context.settings.of(viewer);
    const shown: RoomOfUser[] = [];
    for (const mine of memberships.values()) {
      if (mine.membership === 'join') shown.push(mine);
      else if (!mine.forgotten) {
        const { sender, wasIn } = await this.#ownEvent(viewer, mine);
        const isUnwanted =
          ignored.has(sender) || (mine.membership === 'invite' && invites(sender) !== 'allow');
        const isOver = mine.membership === 'leave' || mine.membership === 'ban';
        const isShown = isOver ? wasIn && sender !== viewer.userId : !isUnwanted;
        if (isShown || (isOver && connection.rooms.has(mine.roomNid))) shown.push(mine);
      }
    }
    return this.#sort(context, shown);
  }

  async #sort({ activity }: SlidingContext, shown: readonly RoomOfUser[]): Promise<ListedRoom[]> {
    const joined = shown.filter(({ membership }) => membership === 'join').map(({ roomNid }) => roomNid);
    // Of the others, what happens in the room is none of the viewer's business.
    const others = shown.filter(({ membership }) => membership !== 'join').map(({ eventNid }) => eventNid);
    const newest = await activity.newestOf(joined);
    const placed = await activity.positionsOf(others);
    return shown
      .map((mine) => {
        const ofRoom = mine.membership === 'join' ? newest.get(mine.roomNid) : placed.get(mine.eventNid);
        return { mine, position: ofRoom ?? 0 };
      })
      .sort((one, other) => other.position - one.position || other.mine.roomNid - one.mine.roomNid);
  }

  async #ownEvent({ userId }: Viewer, { roomNid, eventNid, membership }: RoomOfUser): Promise<OwnEvent> {
    const known = this.#ownEvents.get(eventNid);
    if (known !== undefined) return known;
    const event = await this.#rooms.storage.events.get(eventNid);
    const sender = event?.pdu.sender ?? userId;
    const mayHaveBeenIn = sender !== userId && (membership === 'leave' || membership === 'ban');
    const room = mayHaveBeenIn ? await this.#rooms.registry.byNid(roomNid) : undefined;
    const wasIn = room !== undefined && (await departureOf(this.#rooms, room, userId)) !== undefined;
    const read = { sender, wasIn };
    this.#ownEvents.set(eventNid, read);
    return read;
  }
}
