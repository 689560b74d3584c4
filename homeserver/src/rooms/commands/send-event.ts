import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, limitExceeded, missingParam, notFound } from '../../protocol/errors.ts';
import { ExpectationFailed, type TransactionKey } from '../../storage/index.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { EventDraft } from '../event-chain.ts';
import { requireSaneRelation } from '../relations/check-relation.ts';
import type { Room } from '../room.ts';
import { joinedRoom, knownRoom, powerLevelsOfRoom } from '../room-access.ts';
import { requireContentForm } from './content-form.ts';
import { inviteUser } from './invite.ts';
import { joinRoom } from './join.ts';
import { knockOnRoom } from './knock.ts';
import { banUser, kickUser, unbanUser } from './leave.ts';
import { leaveByUser } from './leave-by-user.ts';
import { requireAliasesOfRoom } from './set-canonical-alias.ts';
import { awaitTurn } from './slow-mode.ts';

/** Types of which a redaction would leave too little. */
const UNREDACTABLE: ReadonlySet<string> = new Set(['m.room.create', 'm.room.server_acl']);

/** Who sends, and where. */
export interface SendTarget {
  readonly roomId: string;
  readonly sender: string;
  /** When it was said, in milliseconds, where an application service says so; now unless given. */
  readonly originServerTs?: number | undefined;
  /** For how long it sticks (MSC4354), in milliseconds; not at all unless given. */
  readonly stickyMs?: number | undefined;
  /** Whether it was said elsewhere already, as bridges tell: then slow mode does not hold it up. */
  readonly isRelayed?: boolean;
}

/** How many events of one user may stick in a room. */
const MOST_STICKY = 100;
/** When to ask again with too many. */
const RETRY_STICKY_MS = 60_000;

/**
 * Sends a message event. A repeat with the same transaction returns the event of the first.
 *
 * Source: Client-Server API v1.19, `PUT /rooms/{roomId}/send/{eventType}/{txnId}`.
 * @returns the event's ID, once it is durable.
 * @throws MatrixError 403 `M_FORBIDDEN`, 400 `M_BAD_JSON`, `M_MISSING_PARAM`, 413 `M_TOO_LARGE`, 429 `M_LIMIT_EXCEEDED`
 * in a room with slow mode.
 */
export async function sendEvent(
  context: RoomsContext,
  target: SendTarget,
  type: string,
  content: JsonObject,
  transaction: TransactionKey,
): Promise<string> {
  if (type === 'm.room.redaction') {
    requireNotSticky(target, type);
    if (typeof content.redacts !== 'string') throw missingParam('A redaction needs to say what it redacts');
    return redactEvent(context, target, content.redacts, content, transaction);
  }
  const { sender, originServerTs, stickyMs } = target;
  const draft: EventDraft = { type, sender, content, originServerTs, stickyMs, transaction };
  return once(context, transaction, () => appendJoined(context, target, draft));
}

/**
 * Redacts an event. In all room versions the redaction is accepted from whoever may send it, and takes effect if the
 * sender may redact: their own events, or others' with the redact level.
 *
 * Source: Client-Server API v1.19, `PUT /rooms/{roomId}/redact/{eventId}/{txnId}`.
 * @throws MatrixError 404 `M_NOT_FOUND` for an event that is not in the room; 403 `M_FORBIDDEN`.
 */
export async function redactEvent(
  context: RoomsContext,
  target: SendTarget,
  eventId: string,
  content: JsonObject,
  transaction: TransactionKey,
): Promise<string> {
  return once(context, transaction, async () => {
    const room = await joinedRoom(context, target.roomId, target.sender);
    const event = await context.storage.events.getById(eventId);
    if (event === undefined || event.roomNid !== room.nid)
      throw notFound('There is no such event in this room');
    // As Synapse: what is left of them would say that the room is another's, or that every server may talk in it.
    if (UNREDACTABLE.has(event.pdu.type)) throw forbidden(`${event.pdu.type} cannot be redacted`);
    const isOwn = event.pdu.sender === target.sender;
    if (!isOwn) requireRedactLevel(room, target.sender);
    const { redacts: _given, ...rest } = content;
    const draft = {
      type: 'm.room.redaction',
      sender: target.sender,
      content: rest,
      originServerTs: target.originServerTs,
      redacts: eventId,
      transaction,
    };
    return appendJoined(context, target, draft);
  });
}

/**
 * Sets a piece of state. Memberships go through the commands for them. State that is the same already is left alone,
 * and its event's ID returned, as Synapse does.
 *
 * Source: Client-Server API v1.19, `PUT /rooms/{roomId}/state/{eventType}/{stateKey}`.
 * @throws MatrixError 403 `M_FORBIDDEN`, 400 `M_BAD_JSON`, `M_BAD_ALIAS`, `M_INVALID_PARAM`, 413 `M_TOO_LARGE`.
 */
export async function setState(
  context: RoomsContext,
  target: SendTarget,
  type: string,
  stateKey: string,
  content: JsonObject,
): Promise<string> {
  const { roomId, sender, originServerTs, stickyMs } = target;
  if (type === 'm.room.member') requireNotSticky(target, type);
  if (type === 'm.room.member') return setMembership(context, target, stateKey, content);
  if (type === 'm.room.create') throw forbidden('A room is created once');
  // It would take effect without the checks that a redaction has to pass.
  if (type === 'm.room.redaction') throw forbidden('A redaction is not a piece of state');
  const room = await joinedRoom(context, roomId, sender);
  requireContentForm(room.rules, { type, stateKey, content });
  if (type === 'm.room.canonical_alias') await requireAliasesOfRoom(context, room, content);
  if (stickyMs !== undefined) await requireFewSticky(context, room, sender);
  return changeRoom(context, room, async (chain) => {
    const event = await chain.appendState({ type, sender, stateKey, content, originServerTs, stickyMs });
    return event.eventId;
  });
}

async function setMembership(
  context: RoomsContext,
  target: SendTarget,
  userId: string,
  content: JsonObject,
): Promise<string> {
  const { roomId, sender, originServerTs } = target;
  const reason = typeof content.reason === 'string' ? content.reason : undefined;
  const isComing = content.membership === 'join' || content.membership === 'knock';
  const room = isComing ? undefined : await knownRoom(context, roomId, sender);
  switch (content.membership) {
    case 'join':
      if (userId !== sender) throw forbidden('Nobody joins for somebody else');
      return joinRoom(context, sender, roomId, { content, originServerTs });
    case 'knock':
      if (userId !== sender) throw forbidden('Nobody knocks for somebody else');
      return knockOnRoom(context, sender, roomId, { reason });
    case 'invite':
      return inviteUser(context, target, userId, { content });
    case 'ban':
      return banUser(context, target, userId, reason);
    case 'leave':
      if (userId === sender) return leaveByUser(context, target, reason);
      return room?.membershipOf(userId) === 'ban'
        ? unbanUser(context, target, userId, reason)
        : kickUser(context, target, userId, reason);
    default:
      throw invalidParam('membership must be one of join, knock, invite, leave and ban');
  }
}

async function appendJoined(
  context: RoomsContext,
  { roomId, isRelayed }: SendTarget,
  draft: EventDraft,
): Promise<string> {
  const room = await joinedRoom(context, roomId, draft.sender);
  requireContentForm(room.rules, draft);
  if (draft.stickyMs !== undefined) await requireFewSticky(context, room, draft.sender);
  const event = await changeRoom(context, room, async (chain) => {
    await requireSaneRelation(context, room, draft);
    if (isRelayed !== true) await awaitTurn(context, room, draft, chain.unit);
    return chain.append(draft);
  });
  return event.eventId;
}

/** @throws MatrixError 400 `M_INVALID_PARAM`: their meaning is in what they change, not in being told. */
function requireNotSticky({ stickyMs }: SendTarget, type: string): void {
  if (stickyMs !== undefined) throw invalidParam(`${type} does not stick`);
}

/** @throws MatrixError 429 `M_LIMIT_EXCEEDED`: whoever comes is told of all of them at once. */
async function requireFewSticky({ storage, clock }: RoomsContext, room: Room, sender: string): Promise<void> {
  const senderNid = storage.strings.known(sender) ?? (await storage.strings.find(sender)) ?? 0;
  const count = await storage.stickyEvents.countOf(room.nid, senderNid, clock.now());
  if (count >= MOST_STICKY) throw limitExceeded(RETRY_STICKY_MS);
}

function requireRedactLevel(room: Room, sender: string): void {
  const levels = powerLevelsOfRoom(room);
  if (levels.userLevel(sender) < levels.redact) throw forbidden('You may not delete what others sent here');
}

async function once(
  context: RoomsContext,
  transaction: TransactionKey,
  send: () => Promise<string>,
): Promise<string> {
  const { sending: inFlight } = context;
  const key = JSON.stringify(transaction);
  const underWay = inFlight.get(key);
  if (underWay !== undefined) return underWay;
  const sending = sendOnce(context, transaction, send);
  inFlight.set(key, sending);
  try {
    return await sending;
  } finally {
    inFlight.delete(key);
  }
}

async function sendOnce(
  { storage }: RoomsContext,
  transaction: TransactionKey,
  send: () => Promise<string>,
): Promise<string> {
  const sent = await storage.transactions.eventOf(transaction);
  if (sent !== undefined) return sent;
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error;
    // Another process was faster with the same request.
    const meanwhile = await storage.transactions.eventOf(transaction);
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}
