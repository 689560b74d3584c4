import type { StateRows, Storage, StoredEvent } from '../storage/index.ts';
import { absentState } from './absent-state.ts';
import { isCompletion } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';
import {
  holderAt,
  keyOf,
  membersAt,
  type StatePoint,
  stateAfter,
  stateAt,
  stateBefore,
  stateChanges,
} from './state-history.ts';
import type { Timeline, TimelineRange } from './timeline.ts';

/** Which state goes with a timeline. */
export interface StateRequest {
  readonly range: TimelineRange;
  readonly timeline: Timeline;
  /** All of the state; else what has changed since the beginning of the range. */
  readonly isFull: boolean;
  /** Users whose members are needed beside those who speak in the timeline, when members are loaded lazily. */
  readonly members: Iterable<string>;
}

/** A timeline with the state that goes with it. */
export interface TimelineWithState {
  readonly timeline: Timeline;
  readonly state: readonly StoredEvent[];
}

/** The current state of a room at both ends of a range. */
interface Bounds {
  /** The snapshot at its beginning; undefined for a full state, which has none, and in a range without anything. */
  readonly from: number | undefined;
  readonly to: StatePoint;
  /** The position of the newest move of the state that the events alone do not tell; 0 if there is none. */
  readonly lastMove: number;
}

/**
 * The state that goes with a timeline: as it is right before the first event, or with `state_after` right after the
 * last. Without a gap between the ranges of two responses, and nothing filtered, there is none: all changes are in the
 * timeline. Changes that a filter keeps out of the timeline are in the state, since clients must not lose them.
 *
 * Where branches have met, a client that reads the state and then the timeline has to end up with the current state
 * as well: what the timeline does not tell is in the state, what is gone stands there empty, and events that have lost
 * against others are left for `/messages`, behind a gap. Synapse leaves such clients with the wrong state.
 *
 * Source: Client-Server API v1.19, "Syncing", and MSC4222 for `state_after`.
 */
export async function addState(
  context: SyncContext,
  frame: Frame,
  request: StateRequest,
): Promise<TimelineWithState> {
  const { range, isFull } = request;
  const bounds = await boundsOf(context, range, isFull);
  if (bounds === undefined) return { timeline: request.timeline, state: [] };
  const isBefore = frame.stateKey === 'state';
  const hasMoves = bounds.lastMove > request.timeline.start;
  const timeline =
    isBefore && hasMoves ? await withoutLosers(context, request.timeline, bounds.to) : request.timeline;
  const [first] = timeline.events;
  const target = isBefore && first !== undefined ? stateBefore(first) : bounds.to;
  // All the members of a large room at once are what lazy loading is there to avoid.
  const skipsMembers = frame.filter.lazyMembers && isCompletion(range);
  const options = { isFull, skipsMembers };
  const state = new Map<string, StoredEvent>();
  if (isFull) {
    for (const event of await stateAt(context, range.room, target, !frame.filter.lazyMembers)) {
      state.set(keyOf(event), event);
    }
  } else if (bounds.from !== undefined) {
    await applyChanges(context, state, bounds.from, target, options);
  }
  if (target !== bounds.to && (hasMoves || !isUnfiltered(range, timeline))) {
    await applyChanges(context, state, target.snapshotNid, bounds.to, options, timeline.events);
  }
  const events = [...state.values()];
  if (frame.filter.lazyMembers) {
    events.push(...(await neededMembers(context, frame, { ...request, timeline }, target, events)));
    frame.sentMembers.add(range.room.nid, [...events, ...timeline.events]);
  }
  return { timeline, state: events };
}

/** Brings a state up to what is different at a later point, but for events that are shown elsewhere. */
async function applyChanges(
  context: SyncContext,
  state: Map<string, StoredEvent>,
  from: number,
  to: StatePoint,
  { isFull, skipsMembers }: { readonly isFull: boolean; readonly skipsMembers: boolean },
  shown: readonly StoredEvent[] = [],
): Promise<void> {
  const { changed, gone } = await stateChanges(context, from, to);
  const elsewhere = new Set(shown.map((event) => event.nid));
  for (const event of changed) {
    const isSkipped = skipsMembers && event.pdu.type === 'm.room.member';
    if (!isSkipped && !elsewhere.has(event.nid)) state.set(keyOf(event), event);
  }
  for (const event of gone) {
    if (isFull) state.delete(keyOf(event));
    else state.set(keyOf(event), absentState(event));
  }
}

/** Undefined for a range without anything in it. */
async function boundsOf(
  { rooms: { storage } }: SyncContext,
  { room, after, until, events, stateMoves }: TimelineRange,
  isFull: boolean,
): Promise<Bounds | undefined> {
  const lowest = isFull ? 0 : after;
  const isAtHand = events !== undefined && (!isFull || events.length > 0);
  const last = isAtHand
    ? { event: events.at(-1), move: stateMoves.at(-1) }
    : await storage.log.lastStateRows(room.nid, lowest, until);
  const { move } = last;
  const event = last.event && (await storage.events.get(last.event.nid));
  const isMovedLast = (move?.position ?? 0) > (last.event?.position ?? 0);
  const end = isMovedLast && move !== undefined ? { snapshotNid: move.after, top: undefined } : undefined;
  const to = end ?? (event && stateAfter(event));
  if (to === undefined) return undefined;
  const lastMove = move?.position ?? 0;
  if (isFull) return { from: undefined, to, lastMove };
  const first = isAtHand
    ? { event: events[0], move: stateMoves[0] }
    : await storage.log.firstStateRows(room.nid, after, until);
  return { from: await snapshotBefore(storage, first), to, lastMove };
}

/** The snapshot of the current state before the first rows of a range. */
async function snapshotBefore(storage: Storage, { event, move }: StateRows): Promise<number | undefined> {
  const isMovedFirst =
    move !== undefined && (event === undefined || move.position < event.position || move.cause === event.nid);
  if (isMovedFirst) return move.before;
  return event && (await storage.events.get(event.nid))?.snapshotNid;
}

/**
 * A timeline without the events that somebody who reads it would take for the current state, though they are not, and
 * without all that is older.
 */
async function withoutLosers(context: SyncContext, timeline: Timeline, to: StatePoint): Promise<Timeline> {
  const { events } = timeline;
  const newest = new Map(events.filter(isStateEvent).map((event) => [keyOf(event), event]));
  let loser: StoredEvent | undefined;
  for (const event of newest.values()) {
    const { type, state_key: stateKey = '' } = event.pdu;
    const isHolder = (await holderAt(context, to, type, stateKey)) === event.nid;
    if (!isHolder && (loser === undefined || events.indexOf(event) > events.indexOf(loser))) loser = event;
  }
  if (loser === undefined) return timeline;
  const start = await context.rooms.storage.log.positionOf(loser.nid);
  return {
    events: events.slice(events.indexOf(loser) + 1),
    limited: true,
    start: start ?? timeline.start,
  };
}

function isStateEvent({ pdu }: StoredEvent): boolean {
  return pdu.state_key !== undefined;
}

/** Whether a timeline has every event from its first on, so that no change of state is missing in it. */
function isUnfiltered({ events }: TimelineRange, timeline: Timeline): boolean {
  if (events === undefined) return timeline.isWhole === true;
  return events.at(-timeline.events.length)?.nid === timeline.events[0]?.nid;
}

/**
 * The members without whom the client cannot show the timeline: those who speak in it, and those asked for, as far as
 * they are not in the state already.
 */
async function neededMembers(
  context: SyncContext,
  { filter, sentMembers, stateKey }: Frame,
  { range: { room }, timeline, isFull, members }: StateRequest,
  point: StatePoint,
  state: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const needed = new Set(members);
  for (const userId of speakers(timeline, stateKey === 'state')) needed.add(userId);
  for (const { pdu } of state) if (pdu.type === 'm.room.member') needed.delete(pdu.state_key ?? '');
  if (needed.size === 0) return [];
  const found = await membersAt(context, room, point, needed);
  const mayHave = !isFull && !filter.redundantMembers;
  const missing = [...found].filter(([userId, nid]) => !(mayHave && sentMembers.has(room.nid, userId, nid)));
  return context.rooms.storage.events.getAll(missing.map(([, nid]) => nid));
}

/** Who sent the events of a timeline, but for those whose membership is in it before they first speak. */
function speakers(timeline: Timeline, isBefore: boolean): Set<string> {
  const speaking = new Set<string>();
  const introduced = new Set<string>();
  for (const { pdu } of timeline.events) {
    if (!introduced.has(pdu.sender)) speaking.add(pdu.sender);
    // With `state_after` the timeline changes nothing that the client knows of members.
    if (pdu.type === 'm.room.member' && isBefore) introduced.add(pdu.state_key ?? '');
  }
  return speaking;
}
