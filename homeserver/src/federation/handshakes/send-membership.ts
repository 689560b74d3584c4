import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson, notFound } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import {
  domainOf,
  type EventId,
  isUserId,
  type RoomId,
  type ServerName,
} from '../../protocol/identifiers.ts';
import { pduToWire } from '../../protocol/wire.ts';
import {
  acceptMembership,
  authChainOf,
  type CheckedEvent,
  checkForm,
  eventsForServers,
  type HandshakeMembership,
  introducingEvents,
  type Room,
  requireAuthorisable,
  roomForServer,
  serversIn,
  stateBeforeEvent,
} from '../../rooms/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { coSign } from '../co-sign.ts';
import type { FederationContext } from '../context.ts';
import { withPolicySignature } from '../policy-signature.ts';
import { requireMemberEvent } from './member-event.ts';

/** A member event that another server hands over, after `makeMembership`. */
export interface SendRequest {
  readonly origin: ServerName;
  readonly roomId: RoomId;
  /** As the path names it. */
  readonly eventId: EventId;
  /** JSON as `parseJson` reads it. */
  readonly event: JsonObject;
}

/** Members by whom a client names a room that has no name (Client-Server API v1.19, `m.heroes`), with one to spare. */
const MOST_HEROES = 6;

/**
 * Takes a join of another server's user, and tells the state of the room before it.
 *
 * Source: Server-Server API v1.19, `PUT /send_join/v2`.
 * @param omitMembers whether the other server can do without the members for now.
 * @throws MatrixError as `roomForServer`, `requireMemberEvent`, `acceptMembership` and `requireAuthorisable`.
 */
export async function sendJoin(
  context: FederationContext,
  request: SendRequest,
  omitMembers: boolean,
): Promise<JsonObject> {
  const { room, stored } = await takeOver(context, request, 'join');
  const before = await stateBeforeEvent(context, stored);
  const state = omitMembers ? withoutMembers(room, stored, before) : before;
  const authChain = await authChainOf(context, state);
  const [event] = await eventsForServers(context, room, [stored]);
  return {
    origin: context.serverName,
    state: await eventsForServers(context, room, state),
    auth_chain: await eventsForServers(context, room, authChain),
    event: event ?? {},
    members_omitted: omitMembers,
    ...(omitMembers ? { servers_in_room: [...serversIn(room)] } : {}),
  };
}

/**
 * Takes a knock of another server's user, and tells what they may know of the room.
 *
 * Source: Server-Server API v1.19, `PUT /send_knock`.
 * @throws MatrixError as `sendJoin`.
 */
export async function sendKnock(context: FederationContext, request: SendRequest): Promise<JsonObject> {
  const { room, stored } = await takeOver(context, request, 'knock');
  const shown = await introducingEvents(context.rooms, room, stored.pdu);
  return { knock_room_state: await eventsForServers(context, room, shown) };
}

/**
 * Takes a leave of another server's user: of a member, or of one who was invited or has knocked.
 *
 * Source: Server-Server API v1.19, `PUT /send_leave/v2`.
 * @throws MatrixError as `sendJoin`.
 */
export async function sendLeave(context: FederationContext, request: SendRequest): Promise<JsonObject> {
  await takeOver(context, request, 'leave');
  return {};
}

async function takeOver(
  context: FederationContext,
  { origin, roomId, eventId, event: json }: SendRequest,
  membership: HandshakeMembership,
): Promise<{ room: Room; stored: StoredEvent }> {
  const { rooms, keyring } = context;
  const room = await roomForServer(rooms, roomId, origin);
  if (room.isPartial && membership !== 'leave') throw notFound('The state of this room is not complete here');
  const formed = checkForm(json, room);
  const userId = requireMemberEvent(formed, { origin, eventId, membership });
  if (userId !== formed.pdu.sender) throw badJson('The event is about somebody else than its sender');
  const signed = await withPolicySignature(context, room, await authorised(context, room, formed));
  const intake = { ...rooms, signingKeys: keyring };
  const stored = await acceptMembership(intake, room, pduToWire(signed, room.rules));
  return { room, stored };
}

/** The event, with this server's signature if it is a join in the name of one of its users. */
async function authorised(context: FederationContext, room: Room, { pdu }: CheckedEvent): Promise<Pdu> {
  const { rules } = room;
  const { membership, join_authorised_via_users_server: via } = pdu.content;
  const isOurs = isUserId(via) && domainOf(via) === context.serverName;
  if (!rules.restricted || membership !== 'join' || !isOurs) return pdu;
  await requireAuthorisable(context.rooms, room, pdu.sender, via);
  return coSign(context, pdu, rules);
}

/**
 * A state without members, but for those on whom the join is based and those by whom the room is named.
 *
 * Source: Server-Server API v1.19, `PUT /send_join/v2`, `omit_members`; MSC3943.
 */
function withoutMembers(
  room: Room,
  { pdu }: StoredEvent,
  state: readonly StoredEvent[],
): readonly StoredEvent[] {
  const kept = new Set(pdu.auth_events);
  const isNamed = Boolean(room.content('m.room.name')?.name || room.content('m.room.canonical_alias')?.alias);
  const present = [...room.members.values()].filter(
    ({ membership }) => membership === 'join' || membership === 'invite',
  );
  const heroNids = new Set((isNamed ? [] : present.slice(0, MOST_HEROES)).map(({ eventNid }) => eventNid));
  return state.filter(
    ({ nid, eventId, pdu: { type } }) => type !== 'm.room.member' || kept.has(eventId) || heroNids.has(nid),
  );
}
