import type { JsonObject } from '../../protocol/canonical-json.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { domainOf, isRoomId, type RoomId, type ServerName } from '../../protocol/identifiers.ts';
import {
  type CheckedEvent,
  checkForm,
  checkOrigin,
  findRoom,
  isServerIn,
  mayTakePart,
  type Room,
  receiveMembership,
} from '../../rooms/index.ts';
import type { ReceiverContext } from './receiver-context.ts';

/** What became of the PDUs of a transaction before they go into their rooms. */
export interface CheckedPdus {
  /** What is to be staged, in the order of the transaction. */
  readonly events: readonly { readonly roomId: string; readonly room: Room; readonly event: CheckedEvent }[];
  /** For the answer: why an event was not taken, by its ID; nothing for one that was. */
  readonly results: Readonly<Record<string, { readonly error?: string }>>;
}

/**
 * Checks what can be said of events without others: that they are of a room that this server is in, that the room lets
 * the server take part which sends them, form, signatures and hash. An event that has no ID gets no result.
 *
 * Source: Server-Server API v1.19, `PUT /send/{txnId}`, "Checks performed on receipt of a PDU", steps 1 to 3.
 */
export async function checkPdus(
  context: ReceiverContext,
  origin: ServerName,
  pdus: readonly JsonObject[],
): Promise<CheckedPdus> {
  const checked = await Promise.all(pdus.map((json) => checkPdu(context, origin, json)));
  const results: Record<string, { readonly error?: string }> = {};
  for (const { eventId, error } of checked) {
    if (eventId !== undefined) results[eventId] = error === undefined ? {} : { error };
  }
  const events = checked.flatMap(({ roomId, room, event }) =>
    room === undefined || event === undefined ? [] : [{ roomId, room, event }],
  );
  return { events, results };
}

interface CheckedPdu {
  readonly roomId: string;
  readonly eventId?: string;
  readonly error?: string;
  /** Present for an event that is to be staged. */
  readonly room?: Room;
  readonly event?: CheckedEvent;
}

async function checkPdu(context: ReceiverContext, origin: ServerName, json: JsonObject): Promise<CheckedPdu> {
  const roomId = isRoomId(json.room_id) ? json.room_id : '';
  const refuse = (outcome: string, error: string, eventId?: string): CheckedPdu => {
    context.count('pdu', outcome);
    context.logger.info('an event was refused', { origin, roomId, eventId, outcome, reason: error });
    return { roomId, error, ...(eventId === undefined ? {} : { eventId }) };
  };
  const room = roomId === '' ? undefined : await roomOf(context, roomId);
  if (room === undefined) return refuse('unknown room', 'This server is not in the room');
  const formed = attempt(() => checkForm(json, room));
  if (formed instanceof MatrixError) return refuse('malformed', formed.message);
  const { eventId } = formed;
  if (!mayTakePart(room, origin)) {
    return refuse('denied', 'The room does not let your server take part', eventId);
  }
  const event = await checkOrigin({ signingKeys: context.keyring }, room, formed).catch(asMatrixError);
  if (event instanceof MatrixError) return refuse('unsigned', event.message, eventId);
  if (isServerIn(room)) return { roomId, eventId, room, event };
  const isTaken = await receiveOutOfBand(context, room, event, json);
  if (!isTaken) return refuse('unknown room', 'This server is not in the room', eventId);
  context.count('pdu', 'accepted');
  return { roomId, eventId };
}

/** The room, if it is known here; one that this server is in, if it is or is about to be. */
async function roomOf({ rooms, joins }: ReceiverContext, roomId: RoomId): Promise<Room | undefined> {
  const entered = await findRoom(rooms, roomId, isServerIn);
  if (entered !== undefined) return entered;
  const enteredSince = (await joins.ended(roomId)) ? await findRoom(rooms, roomId, isServerIn) : undefined;
  return enteredSince ?? rooms.registry.byId(roomId);
}

/**
 * Takes the end of an invite or a knock in a room that nobody of this server is in.
 *
 * Source: Synapse, which learns so of invites that are taken back.
 */
async function receiveOutOfBand(
  context: ReceiverContext,
  room: Room,
  { pdu }: CheckedEvent,
  json: JsonObject,
): Promise<boolean> {
  const { type, state_key: userId } = pdu;
  if (type !== 'm.room.member' || userId === undefined) return false;
  if (domainOf(userId) !== context.serverName) return false;
  const membership = room.membershipOf(userId);
  const isEnd = pdu.content.membership === 'leave' || pdu.content.membership === 'ban';
  if (!isEnd || (membership !== 'invite' && membership !== 'knock')) return false;
  const intake = { ...context.rooms, signingKeys: context.keyring };
  const { roomId, rules } = room;
  await receiveMembership(intake, { roomId, roomVersion: rules.version, event: json });
  return true;
}

function attempt<T>(check: () => T): T | MatrixError {
  try {
    return check();
  } catch (error) {
    return asMatrixError(error);
  }
}

function asMatrixError(error: unknown): MatrixError {
  if (error instanceof MatrixError) return error;
  throw error;
}
