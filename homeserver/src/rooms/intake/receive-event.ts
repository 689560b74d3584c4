import { notFound } from '../../protocol/errors.ts';
import { ExpectationFailed, RoomVersionConflict } from '../../storage/index.ts';
import { changeInTurn } from '../change-in-turn.ts';
import { mergeBranches } from '../commands/merge-branches.ts';
import type { Room } from '../room.ts';
import { checkAlone } from './check-alone.ts';
import { checkState, type ForeignState, judgeState, storeState } from './foreign-state.ts';
import { gatherMissing } from './gather-missing.ts';
import type { CheckedEvent, IntakeContext, MissingEvents } from './intake-context.ts';
import { hasPlace } from './place.ts';
import { type Received, takeIn } from './take-in.ts';

/** How often an event is checked again after somebody else moved the room's head, or stored the event. */
const ATTEMPTS = 10;

/**
 * Receives an event of a room that other servers are in: checks it step by step, fetches what it needs and is not here,
 * and stores it with what it found. What is received twice changes nothing.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU".
 * @param json as `parseJson` reads it.
 * @param source has the events that the event names; asked outside the room's queue.
 * @throws MatrixError for an event that is dropped: 404 `M_NOT_FOUND` for one of a room that is not known, 400
 * `M_BAD_JSON`, 400 `M_INVALID_PARAM` and 413 `M_TOO_LARGE` for its form, 403 `M_FORBIDDEN` for its signatures.
 */
export async function receiveEvent(
  context: IntakeContext,
  roomId: string,
  json: unknown,
  source: MissingEvents,
): Promise<Received> {
  const room = await context.registry.byId(roomId);
  if (room?.createEvent === undefined) throw notFound('This server is not in the room');
  return receiveChecked(context, room, await checkAlone(context, room, json), source);
}

/**
 * As `receiveEvent`, for an event that has passed steps 1 to 3.
 *
 * @param isHandedOver whether this server alone was given it, and has to pass it on to the others.
 */
export async function receiveChecked(
  context: IntakeContext,
  room: Room,
  event: CheckedEvent,
  source: MissingEvents,
  isHandedOver = false,
): Promise<Received> {
  const known = await context.storage.events.getById(event.eventId);
  let received: Received = { eventId: event.eventId, outcome: 'known' };
  if (known !== undefined && hasPlace(known)) return received;
  const candidates = await gatherMissing(context, room, event, source);
  for (const candidate of candidates) {
    const isLast = candidate.eventId === event.eventId;
    const given = { ...candidate, isHandedOver: isHandedOver && isLast };
    received = await takeInQueue(context, room, () => takeIn(context, room, given));
  }
  if (received.outcome === 'outlier') {
    const foreign = await source.stateBefore(room.roomId, event.eventId);
    if (foreign !== undefined) received = await receiveWithState(context, room, event, foreign);
  }
  await placeFollowers(context, room, candidates);
  await mergeBranches(context, room);
  return received;
}

/** Gives the events that waited for some others their places, now that those may have theirs. */
async function placeFollowers(
  context: IntakeContext,
  room: Room,
  arrived: readonly CheckedEvent[],
): Promise<void> {
  const { events, waiting: store } = context.storage;
  for (let from = arrived; from.length > 0; ) {
    const waiting = await events.getAll(await store.eventsAfter(from.map(({ eventId }) => eventId)));
    const placed: CheckedEvent[] = [];
    for (const { eventId, pdu } of waiting) {
      const candidate = { eventId, pdu, isOutlier: false };
      const { outcome } = await takeInQueue(context, room, () => takeIn(context, room, candidate));
      if (outcome !== 'known' && outcome !== 'missing' && outcome !== 'outlier') placed.push(candidate);
    }
    from = placed;
  }
}

/** Receives an event whose predecessors are not here, on the state before it that another server gives. */
export async function receiveWithState(
  context: IntakeContext,
  room: Room,
  event: CheckedEvent,
  foreign: ForeignState,
): Promise<Received> {
  const checked = await checkState(context, room, foreign);
  return takeInQueue(context, room, async () => {
    const judged = await judgeState(context, room, checked);
    await storeState(context, judged);
    return takeIn(context, room, { ...event, isOutlier: false }, judged.state);
  });
}

async function takeInQueue(
  context: IntakeContext,
  room: Room,
  take: () => Promise<Received>,
): Promise<Received> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeInTurn(context, room, take);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      if (error instanceof RoomVersionConflict) context.registry.noteConflict(room);
      else if (!(error instanceof ExpectationFailed)) throw error;
    }
  }
}
