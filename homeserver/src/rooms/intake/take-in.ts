import { EventStatus, type StateEntry, type StoredEvent } from '../../storage/index.ts';
import { isBeforeHistory } from '../history-gaps.ts';
import { type Room, type Snapshot, stateKeyOf } from '../room.ts';
import { type EventStrings, RoomWriter } from '../room-writer.ts';
import { advanceRoom } from './advance-room.ts';
import type { Candidate } from './gather-missing.ts';
import type { IntakeContext } from './intake-context.ts';
import { hasPlace } from './place.ts';
import { RoomStates } from './room-states.ts';
import { eventInState } from './state-lookup.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';
import {
  type Authorities,
  checkByStateBefore,
  loadAuthorities,
  withClaimedMembers,
} from './step-5-state-before.ts';
import { checkByCurrentState } from './step-6-current-state.ts';
import { checkByPolicyServer } from './step-7-policy-server.ts';
import { redactionsOf } from './waiting-redactions.ts';

/** What became of a received event. */
export interface Received {
  readonly eventId: string;
  /** `missing`: not stored, since what it names cannot be had. */
  readonly outcome: 'accepted' | 'soft-failed' | 'rejected' | 'outlier' | 'known' | 'missing';
  /** Why it was not accepted. */
  readonly reason?: string;
}

/** An event after its checks, on its way into the store. */
interface Verdict {
  readonly status: EventStatus;
  readonly reason: string | undefined;
  /** The state before it, where that is known. */
  readonly before: Snapshot | undefined;
  readonly authorities: Authorities;
}

/** What a room keeps of events without a place: whoever is in it can send them without end. */
const MOST_WAITING = 1000;

const OUTCOMES = {
  [EventStatus.Accepted]: 'accepted',
  [EventStatus.Outlier]: 'outlier',
  [EventStatus.Rejected]: 'rejected',
  [EventStatus.SoftFailed]: 'soft-failed',
} as const;

/**
 * Steps 4 to 7, and the storing of an event that passed steps 1 to 3. Runs in the room's queue, and holds it until the
 * event is durable and in memory.
 *
 * @param given the state before it as another server gives it, for an event whose predecessors are not here.
 * @throws RoomVersionConflict when somebody else moved the room's head.
 */
export async function takeIn(
  context: IntakeContext,
  room: Room,
  candidate: Candidate,
  given?: readonly StoredEvent[],
): Promise<Received> {
  const { storage } = context;
  // Messages that are sent here run ahead of the disk; what a branch meets must be in the store.
  await room.lastCommit.catch(() => undefined);
  if (room.stale) await context.registry.refresh(room);
  const { eventId, pdu } = candidate;
  const stored = await storage.events.getById(eventId);
  if (stored !== undefined && (candidate.isOutlier || hasPlace(stored) || stored.roomNid !== room.nid)) {
    return { eventId, outcome: 'known' };
  }
  const authEvents = await storage.events.getAllById(pdu.auth_events);
  const missing = pdu.auth_events.find((id) => !authEvents.has(id));
  if (missing !== undefined) return { eventId, outcome: 'missing', reason: `auth_events has ${missing}` };

  const writer = new RoomWriter(context, room);
  const states = new RoomStates(context, room, writer.snapshots);
  const afterPrevious = candidate.isOutlier ? undefined : await states.before(pdu);
  const before = afterPrevious ?? (given && (await states.given(given)));
  // One that is named twice counts twice: the rules refuse that.
  const named = pdu.auth_events.flatMap((id) => authEvents.get(id) ?? []);
  const isGiven = afterPrevious === undefined && before !== undefined;
  const merged =
    isGiven && before.nid !== room.head.snapshotNid
      ? await mergedWith(context, room, states, before)
      : undefined;
  const verdict = await judge(context, room, candidate, named, writer, before, merged);
  if (stored !== undefined && verdict.before === undefined) {
    // It waits still, and may be given the state before it.
    return { eventId, outcome: stored.status === EventStatus.Outlier ? 'outlier' : 'known' };
  }
  const isWaiting = verdict.before === undefined && !candidate.isOutlier;
  if (isWaiting && (await storage.waiting.areMany(room.nid, MOST_WAITING))) {
    return { eventId, outcome: 'missing', reason: 'Too many events of the room wait for others' };
  }

  const strings = await writer.intern(pdu);
  const redaction = (await redactionsOf(context, room.rules, [candidate])).get(eventId);
  const placed = await eventOf(context, room, writer, candidate, stored, verdict, strings);
  const event = { ...placed, redactedBy: redaction?.nid ?? placed.redactedBy };
  const size = JSON.stringify(event.pdu).length;
  if (stored === undefined) await writer.insert(event, strings, JSON.stringify(event.pdu), size);
  else writer.place(event, size);
  if (redaction !== undefined) writer.endWaiting(event, redaction);
  if (isWaiting) storage.waiting.addEvent(writer.unit, event, pdu.prev_events);
  // On a given state, it is remembered what it follows: that may still come.
  else if (afterPrevious !== undefined) storage.waiting.endEvent(writer.unit, event.nid);
  if (candidate.isHandedOver === true) writer.markHandedOver(event);
  if (event.status === EventStatus.Accepted && verdict.before !== undefined) {
    if (isGiven && !(await isBeforeHistory(context, room, pdu))) writer.openGap(event);
    await advanceRoom(context, room, writer, states, { event, strings, before: verdict.before });
    if (pdu.type === 'm.room.redaction') {
      await writer.redact(event, (type, key) => verdict.authorities.get(stateKeyOf(type, key))?.pdu);
    }
  }
  await commit(context, room, writer);
  const { reason } = verdict;
  return { eventId, outcome: OUTCOMES[event.status], ...(reason === undefined ? {} : { reason }) };
}

/**
 * What an event has to be allowed by beside the state before it, if that is another server's word: the room's current state
 * may be old here, and that word alone would bring back who was banned. So it is what the two resolve to.
 *
 * Source: Synapse's `_check_for_soft_fail`; the specification speaks of the current state only.
 */
async function mergedWith(
  { storage }: IntakeContext,
  { head }: Room,
  states: RoomStates,
  given: Snapshot,
): Promise<Snapshot> {
  return states.after(await storage.events.getAll(head.extremities.map(({ nid }) => nid)), given);
}

/** Steps 4 to 7. @param merged what step 6 goes by, if not the current state. */
async function judge(
  context: IntakeContext,
  room: Room,
  { pdu, isOutlier }: Candidate,
  authEvents: readonly StoredEvent[],
  writer: RoomWriter,
  before: Snapshot | undefined,
  merged: Snapshot | undefined,
): Promise<Verdict> {
  const { rules } = room;
  const refused = checkByAuthEvents(pdu, authEvents, room);
  if (before === undefined) {
    const status = refused === undefined ? EventStatus.Outlier : EventStatus.Rejected;
    const reason = refused ?? (isOutlier ? undefined : 'The state before it is not known');
    return { status, reason, before, authorities: new Map() };
  }
  const isCurrent = before.nid === room.head.snapshotNid;
  const inStateOf = (snapshot: Snapshot): Load => {
    const inSnapshot = (key: Omit<StateEntry, 'eventNid'>) => writer.snapshots.entryOf(snapshot, key);
    return (type, key) => eventInState(context, rules, inSnapshot, type, key);
  };
  const orClaimed = (load: Load) => (room.isPartial ? withClaimedMembers(load, authEvents) : load);
  const inCurrent = orClaimed((type, key) => writer.stateEvent(type, key));
  const inBefore = orClaimed(inStateOf(before));
  const authorities = await loadAuthorities(pdu, rules, isCurrent ? inCurrent : inBefore);
  const rejected = refused ?? checkByStateBefore(pdu, authorities, rules);
  if (rejected !== undefined) return { status: EventStatus.Rejected, reason: rejected, before, authorities };
  const inMerged = merged && orClaimed(inStateOf(merged));
  const softFailed =
    (isCurrent ? undefined : await checkByCurrentState(pdu, rules, inMerged ?? inCurrent)) ??
    (await checkByPolicyServer(context, room, pdu));
  const status = softFailed === undefined ? EventStatus.Accepted : EventStatus.SoftFailed;
  return { status, reason: softFailed, before, authorities };
}

type Load = (type: string, stateKey: string) => Promise<StoredEvent | undefined>;

async function eventOf(
  { ids }: IntakeContext,
  room: Room,
  writer: RoomWriter,
  { eventId, pdu }: Candidate,
  stored: StoredEvent | undefined,
  { before, status }: Verdict,
  { typeNid, stateKeyNid }: EventStrings,
): Promise<StoredEvent> {
  const replaced =
    before === undefined || stateKeyNid === null
      ? undefined
      : await writer.snapshots.entryOf(before, { typeNid, stateKeyNid });
  return {
    nid: stored?.nid ?? (await ids.event.next()),
    eventId,
    roomNid: room.nid,
    pdu: stored?.pdu ?? pdu,
    snapshotNid: before?.nid ?? 0,
    status,
    replacesNid: replaced ?? null,
    redactedBy: stored?.redactedBy ?? null,
  };
}

/** Hands the unit over and waits for it, as whatever comes next is checked against what it leaves. */
async function commit(context: IntakeContext, room: Room, writer: RoomWriter): Promise<void> {
  const committed = context.storage.database.commit(writer.finish());
  room.advance(writer.head, committed);
  await committed;
}
