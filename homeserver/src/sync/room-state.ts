import type { StoredEvent } from '../storage/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import { keyOf, type Moment, membersAt, stateAt, stateChanges } from './state-history.ts';
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

/**
 * The state that goes with a timeline: as it is right before the first event, or with `state_after` right after the
 * last. Without a gap between the ranges of two responses, and nothing filtered, there is none: all changes are in the
 * timeline. Changes that a filter keeps out of the timeline are in the state, since clients must not lose them.
 *
 * Source: Client-Server API v1.19, "Syncing", and MSC4222 for `state_after`.
 */
export async function stateOf(
  context: SyncContext,
  frame: Frame,
  request: StateRequest,
): Promise<StoredEvent[]> {
  const { range, timeline, isFull } = request;
  const { first, last } = await boundsOf(context, range, isFull);
  if (last === undefined) return [];
  const end: Moment = { event: last, side: 'after' };
  const start: Moment =
    timeline.events[0] === undefined ? end : { event: timeline.events[0], side: 'before' };
  const target = frame.stateKey === 'state' ? start : end;
  let state: StoredEvent[] = [];
  if (isFull) state = await stateAt(context, range.room, target, !frame.filter.lazyMembers);
  else if (first !== undefined) state = await stateChanges(context, first, target);
  if (target !== end && !isUnfiltered(range, timeline)) {
    const shown = new Set(timeline.events.map((event) => event.nid));
    const missed = (await stateChanges(context, start.event, end)).filter((event) => !shown.has(event.nid));
    state = replaceState(state, missed);
  }
  if (!frame.filter.lazyMembers) return state;
  state.push(...(await neededMembers(context, frame, request, target, state)));
  frame.sentMembers.add(range.room.nid, [...state, ...timeline.events]);
  return state;
}

/**
 * The first event of a range, which a difference begins at, and the last one. For a full state there is no first, and
 * in a range without events the last is the one before it.
 */
async function boundsOf(
  { rooms: { storage } }: SyncContext,
  { room, after, until, events }: TimelineRange,
  isFull: boolean,
): Promise<{ first: StoredEvent | undefined; last: StoredEvent | undefined }> {
  const [first] = isFull ? [] : (events ?? (await storage.log.forward(room.nid, after, until, 1)));
  let last = events?.at(-1);
  if (last === undefined && (isFull || events === undefined)) {
    [last] = await storage.log.backward(room.nid, until, isFull ? 0 : after, 1);
  }
  return {
    first: first && (await storage.events.get(first.nid)),
    last: last && (await storage.events.get(last.nid)),
  };
}

/** Whether a timeline has every event from its first on, so that no change of state is missing in it. */
function isUnfiltered({ events }: TimelineRange, timeline: Timeline): boolean {
  if (events === undefined) return false;
  return events.at(-timeline.events.length)?.nid === timeline.events[0]?.nid;
}

/** Puts newer events in the place of those of the same type and state key. */
function replaceState(state: StoredEvent[], newer: readonly StoredEvent[]): StoredEvent[] {
  if (newer.length === 0) return state;
  return [...new Map([...state, ...newer].map((event) => [keyOf(event), event])).values()];
}

/**
 * The members without whom the client cannot show the timeline: those who speak in it, and those asked for, as far as
 * they are not in the state already.
 */
async function neededMembers(
  context: SyncContext,
  { filter, sentMembers }: Frame,
  { range: { room }, timeline, isFull, members }: StateRequest,
  moment: Moment,
  state: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const needed = new Set(members);
  for (const userId of speakers(timeline, moment)) needed.add(userId);
  for (const { pdu } of state) if (pdu.type === 'm.room.member') needed.delete(pdu.state_key ?? '');
  if (needed.size === 0) return [];
  const found = await membersAt(context, room, moment, needed);
  const mayHave = !isFull && !filter.redundantMembers;
  const missing = [...found].filter(([userId, nid]) => !(mayHave && sentMembers.has(room.nid, userId, nid)));
  return context.rooms.storage.events.getAll(missing.map(([, nid]) => nid));
}

/** Who sent the events of a timeline, but for those whose membership is in it before they first speak. */
function speakers(timeline: Timeline, { side }: Moment): Set<string> {
  const speaking = new Set<string>();
  const introduced = new Set<string>();
  for (const { pdu } of timeline.events) {
    if (!introduced.has(pdu.sender)) speaking.add(pdu.sender);
    // With `state_after` the timeline changes nothing that the client knows of members.
    if (pdu.type === 'm.room.member' && side === 'before') introduced.add(pdu.state_key ?? '');
  }
  return speaking;
}
