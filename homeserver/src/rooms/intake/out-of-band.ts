import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson, forbidden } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { MAX_DEPTH } from '../../protocol/limits.ts';
import { EventStatus, type Membership, type StoredEvent } from '../../storage/index.ts';
import { requireEnterable } from '../commands/block-room.ts';
import type { SendTarget } from '../commands/send-event.ts';
import type { RoomsContext } from '../context.ts';
import { nameEvent } from '../name-event.ts';
import type { Room } from '../room.ts';
import { notInRoom } from '../room-access.ts';
import { RoomWriter } from '../room-writer.ts';
import { sealEvent } from '../seal-event.ts';
import { checkAlone } from './check-alone.ts';
import {
  blankRoom,
  inRoomQueue,
  isServerIn,
  requireOwnMember,
  rulesOfForeignRoom,
  storeBlank,
} from './enter-room.ts';
import type { IntakeContext, MissingEvents } from './intake-context.ts';
import { hasPlace } from './place.ts';
import { receiveEvent } from './receive-event.ts';

/** A membership of a user of this server in a room that the server is not in. */
export interface OutOfBandMembership {
  readonly roomId: string;
  readonly roomVersion: string;
  /** The member event, signed by all who have to; JSON as `parseJson` reads it. */
  readonly event: unknown;
  /** What tells people which room it is: `invite_room_state`, `knock_room_state`. */
  readonly strippedState?: readonly unknown[];
}

/** The event comes again, with what it follows, as those of the room do. */
const NOTHING_MISSING: MissingEvents = { fetch: async () => [], stateBefore: async () => undefined };
const MEMBERSHIPS: readonly unknown[] = ['invite', 'knock', 'leave', 'ban'];
/** More than any server needs to describe a room, and no more than an event may have. */
const MOST_STRIPPED_EVENTS = 100;
const MOST_STRIPPED_CHARACTERS = 65_536;
const MOST_AUTH_EVENTS = 10;

/**
 * Takes in a membership of a user of this server in a room that no user of this server is in, so that its state cannot
 * be asked: an invite, a knock that another server has passed on, and the end of either. It is kept beside the room,
 * as its user's membership, until the room is joined. In a room that this server is in, it is an event like others.
 *
 * Source: Server-Server API v1.19, `PUT /invite/v2`, `PUT /send_knock`, `PUT /send_leave`; Synapse for a membership
 * that is taken back.
 * @returns the event's ID.
 * @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION`, `M_BAD_JSON` and others for its form; 403 `M_FORBIDDEN` for its
 * signatures, for nobody who is here, and for the end of what never began.
 */
export async function receiveMembership(
  context: IntakeContext,
  { roomId, roomVersion, event: json, strippedState = [] }: OutOfBandMembership,
): Promise<string> {
  const rules = rulesOfForeignRoom(roomVersion);
  await requireEnterable(context, roomId);
  const checked = await checkAlone(context, { roomId, rules, createEvent: undefined }, json);
  const userId = await requireOwnMember(context, checked);
  const { membership } = checked.pdu.content;
  if (!MEMBERSHIPS.includes(membership)) throw badJson('The event is no such membership');
  const isComing = membership === 'invite' || membership === 'knock';
  const shown = strippedState.filter(isStripped).map(strip).slice(0, MOST_STRIPPED_EVENTS);
  const unsigned = { [`${membership}_room_state`]: shown };
  const isSmall = JSON.stringify(unsigned).length <= MOST_STRIPPED_CHARACTERS;
  const pdu: Pdu = { ...checked.pdu, ...(isComing && isSmall ? { unsigned } : {}) };

  const isKept = await inRoomQueue(context, roomId, async (known) => {
    if (known !== undefined && isServerIn(known)) return false;
    const before = known?.membershipOf(userId);
    if (!isComing && before !== 'invite' && before !== 'knock') {
      throw forbidden('Nobody here is invited to this room or has knocked on it');
    }
    const room = known ?? (await blankRoom(context, roomId, rules));
    if (known === undefined) await storeBlank(context, room);
    await keep(context, room, {
      eventId: checked.eventId,
      pdu,
      json: JSON.stringify(pdu),
    });
    return true;
  });
  if (!isKept) await receiveEvent(context, roomId, json, NOTHING_MISSING);
  return checked.eventId;
}

/** Whether somebody's membership is one of a room that this server is not in. */
export async function isOutOfBand({ storage }: RoomsContext, room: Room, userId: string): Promise<boolean> {
  const member = room.members.get(userId);
  if (member === undefined || isServerIn(room)) return false;
  const event = await storage.events.get(member.eventNid);
  return event !== undefined && !hasPlace(event);
}

/**
 * Ends an invite or a knock here, though no server of the room was told: it cannot be reached, say.
 *
 * Source: Synapse, which does so when no server of the room takes the leave.
 * @returns the event's ID.
 * @throws MatrixError 403 `M_FORBIDDEN` unless the user is invited or has knocked, in a room that this server is not in.
 */
export async function leaveOutOfBand(
  context: RoomsContext,
  { roomId, sender }: SendTarget,
  reason?: string,
): Promise<string> {
  return inRoomQueue(context, roomId, async (room) => {
    const nid = room?.members.get(sender)?.eventNid;
    const before = nid === undefined ? undefined : await context.storage.events.get(nid);
    if (room === undefined || before === undefined || !(await isOutOfBand(context, room, sender))) {
      throw notInRoom();
    }
    const { membership } = before.pdu.content;
    if (membership === 'leave') return before.eventId;
    if (membership !== 'invite' && membership !== 'knock') throw forbidden('You are not in this room');
    const draft: Pdu = {
      type: 'm.room.member',
      room_id: roomId,
      sender,
      state_key: sender,
      content: { membership: 'leave', ...(reason === undefined ? {} : { reason }) },
      prev_events: [before.eventId],
      auth_events: [before.eventId, ...before.pdu.auth_events].slice(0, MOST_AUTH_EVENTS),
      depth: Math.min(before.pdu.depth + 1, MAX_DEPTH),
      origin_server_ts: context.clock.now(),
      hashes: { sha256: '' },
      signatures: {},
    };
    const named = await nameEvent(context, draft, room.rules);
    const sealed = sealEvent(named, room.rules, context.serverName, context.signingKeyId);
    await keep(context, room, sealed);
    return sealed.eventId;
  });
}

/** Stores a membership beside its room, which is made if nothing is known of it, and tells its user. */
async function keep(
  context: RoomsContext,
  room: Room,
  {
    eventId,
    pdu,
    json,
  }: Pick<StoredEvent, 'eventId' | 'pdu'> & { json: Parameters<RoomWriter['insert']>[2] },
): Promise<void> {
  const { ids, storage } = context;
  if ((await storage.events.getById(eventId)) !== undefined) return;
  const writer = new RoomWriter(context, room);
  const strings = await writer.intern(pdu);
  const event: StoredEvent = {
    nid: await ids.event.next(),
    eventId,
    roomNid: room.nid,
    pdu,
    snapshotNid: 0,
    status: EventStatus.Outlier,
    replacesNid: room.members.get(pdu.state_key ?? '')?.eventNid ?? null,
    redactedBy: null,
  };
  await writer.insert(event, strings, json, JSON.stringify(pdu).length);
  writer.setState(event);
  writer.announce(event, strings.stateKeyNid);
  // The state stays what it is; yet other processes have to hear of the member.
  const { snapshotNid, blocks, extremities } = room.head;
  writer.moveHead(extremities, { nid: snapshotNid, blocks });
  const committed = storage.database.commit(writer.finish());
  room.advance(writer.head, committed);
  await committed;
}

function isStripped(value: unknown): value is JsonObject {
  return (
    isJsonObject(value) &&
    typeof value.type === 'string' &&
    typeof value.sender === 'string' &&
    typeof value.state_key === 'string' &&
    isJsonObject(value.content)
  );
}

/** Servers may send whole events; what nobody has checked is not passed on as such. */
function strip({ type, sender, state_key, content }: JsonObject): JsonObject {
  return { type, sender, state_key, content } as JsonObject;
}

/** The state that came with an invite or a knock, for its user alone. */
export function strippedStateOf({ pdu }: StoredEvent): JsonObject[] | undefined {
  const stripped = pdu.unsigned?.[`${pdu.content.membership as Membership}_room_state`];
  return Array.isArray(stripped) ? (stripped as JsonObject[]) : undefined;
}
