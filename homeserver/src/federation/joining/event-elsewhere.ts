import { RecentMap } from '../../base/recent-map.ts';
import type { EventId, RoomId, ServerName } from '../../protocol/identifiers.ts';
import { type CheckedEvent, checkForm, dropInvalid, type Room } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { serversToAsk } from './fetch-history.ts';

const TIME_LIMIT_MS = 10_000;
const REMEMBERED = 10_000;
/** For how long nobody is asked again for what nobody has had. */
const ABSENT_MS = 60_000;

/** Whether other servers have events that are not here. */
export class EventsElsewhere {
  readonly #absentUntil = new RecentMap<EventId, number>(REMEMBERED);

  /**
   * How far an event of a room is from its beginning, as its server says.
   *
   * Source: Server-Server API v1.19, `GET /event/{eventId}`.
   * @returns undefined if no server of the room has it.
   */
  async depthOf(context: FederationContext, roomId: RoomId, eventId: EventId): Promise<number | undefined> {
    if ((this.#absentUntil.get(eventId) ?? 0) > context.clock.now()) return undefined;
    const room = await context.rooms.registry.byId(roomId);
    if (room === undefined) return undefined;
    for (const server of await serversToAsk(context, room)) {
      const event = await askFor(context, server, room, eventId);
      if (event !== undefined) return event.pdu.depth;
    }
    this.#absentUntil.set(eventId, context.clock.now() + ABSENT_MS);
    return undefined;
  }
}

async function askFor(
  { client, logger }: FederationContext,
  server: ServerName,
  room: Room,
  eventId: EventId,
): Promise<CheckedEvent | undefined> {
  try {
    const { pdus } = await client.request({
      destination: server,
      method: 'GET',
      path: `/_matrix/federation/v1/event/${encodeURIComponent(eventId)}`,
      timeLimitMs: TIME_LIMIT_MS,
    });
    const [event] = Array.isArray(pdus) ? pdus : [];
    const checked = checkForm(event, room);
    return checked.eventId === eventId ? checked : undefined;
  } catch (error) {
    if (error instanceof FederationError) {
      logger.debug('a server did not give an event', { roomId: room.roomId, server, eventId, error });
      return undefined;
    }
    return dropInvalid(error);
  }
}
