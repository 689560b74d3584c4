import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Pdu } from '../../protocol/events.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { strippedEvent } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { strippedStateOf } from '../intake/out-of-band.ts';
import { type Room, stateKeyOf } from '../room.ts';

/** What tells somebody which room they are invited to. Source: Client-Server API v1.19, "Stripped state". */
const SHOWN = [
  'm.room.create',
  'm.room.name',
  'm.room.avatar',
  'm.room.topic',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.encryption',
];

/**
 * What somebody learns of a room who is invited to it or has knocked.
 *
 * @param own their membership.
 */
export async function describeRoom(
  context: RoomsContext,
  room: Room,
  own: StoredEvent,
): Promise<JsonObject[]> {
  // Of a room of other servers, what came with the invite is all that is known.
  const told = strippedStateOf(own);
  if (told !== undefined) return told;
  return (await introducingEvents(context, room, own.pdu)).map((event) => strippedEvent(room, event));
}

/** The events that tell somebody what a room is, who need not be in it. @param own their membership. */
export async function introducingEvents(
  { storage }: RoomsContext,
  room: Room,
  own: Pick<Pdu, 'sender' | 'state_key'>,
): Promise<StoredEvent[]> {
  const shown = SHOWN.flatMap((type) => room.state.get(stateKeyOf(type, '')) ?? []);
  // Who invites is shown by name; Synapse tells of them as well.
  const { sender, state_key: userId } = own;
  const inviterNid = sender === userId ? undefined : room.members.get(sender)?.eventNid;
  const inviter = inviterNid === undefined ? undefined : await storage.events.get(inviterNid);
  return [...shown, ...(inviter ? [inviter] : [])];
}
