import { badJson, MatrixError, notFound } from '../../protocol/errors.ts';
import { redactsOf } from '../../protocol/events.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import {
  ExpectationFailed,
  JobKind,
  type RunningJob,
  type TimelineRow,
  UnitOfWork,
} from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { lastBefore } from '../queries/timestamp-to-event.ts';
import { References } from '../references.ts';
import type { Room } from '../room.ts';
import { existingRoom } from '../room-access.ts';
import { inBatches, inTurn, outdateChanges } from './purge-batches.ts';
import { deleteUnneededEvents } from './purge-unneeded.ts';

/** Up to where history goes: before an event, or before the last event that is older than a time. */
export interface HistoryPurgeRequest {
  readonly eventId?: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly ts?: number | undefined;
  /** Whether what users of this server sent goes as well: nobody else may have it. */
  readonly deleteLocalEvents: boolean;
}

interface HistoryPurge {
  readonly roomNid: number;
  /** Everything before this position goes. */
  readonly until: number;
  readonly deleteLocalEvents: boolean;
}

/**
 * Has the beginning of a room's history deleted. The room's state stays, and so does what the rest of the history and
 * the state need; it leaves the timeline, so that nobody sees it there. Messages of this server's own users stay in the
 * same manner unless they are to go as well.
 *
 * Source: Synapse's admin API, "Purge History API".
 * @returns the ID to ask with how far it is.
 * @throws MatrixError 404 `M_NOT_FOUND` for a room or event that is not here, and when there is nothing so old; 400
 * `M_UNKNOWN` while the room's history is being purged already, or its state is not here yet; 400 `M_BAD_JSON` for
 * neither an event nor a time.
 */
export async function requestHistoryPurge(
  context: RoomsContext,
  roomId: string,
  request: HistoryPurgeRequest,
): Promise<string> {
  const room = await existingRoom(context, roomId);
  if (room.isPartial) throw new MatrixError(400, 'M_UNKNOWN', `The state of ${roomId} is still on its way`);
  const until = await boundaryOf(context, room, request);
  const { deleteLocalEvents } = request;
  const { database, historyPurge, jobs } = context.storage;
  const unit = new UnitOfWork();
  historyPurge.begin(unit, room.nid, until);
  const payload = { roomNid: room.nid, until, deleteLocalEvents };
  const id = jobs.enqueueNew(unit, { kind: JobKind.PurgeHistory, key: roomId, payload });
  try {
    await database.commit(unit);
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error;
    throw new MatrixError(400, 'M_UNKNOWN', `The history of ${roomId} is being purged already`);
  }
  return id;
}

async function boundaryOf(
  context: RoomsContext,
  room: Room,
  { eventId, ts }: HistoryPurgeRequest,
): Promise<number> {
  const { events, log } = context.storage;
  if (eventId !== undefined) {
    const event = await events.getById(eventId);
    const position = event?.roomNid === room.nid ? await log.positionOf(event.nid) : undefined;
    if (position === undefined) throw notFound(`${eventId} is not in the timeline of ${room.roomId}`);
    return position;
  }
  if (ts === undefined) throw badJson('Either purge_up_to_event_id or purge_up_to_ts has to be given');
  const border = await lastBefore(context, room, await log.newest(), ts);
  const [last] = await log.backward(room.nid, border, 0, 1);
  if (last === undefined) throw notFound(`No event of ${room.roomId} is that old`);
  return last.position;
}

/**
 * Deletes the beginning of a room's history, as `requestHistoryPurge` was asked to. A run that was cut short leaves a
 * shorter history, and the next one goes on.
 */
export async function purgeHistory(context: RoomsContext, job: RunningJob): Promise<void> {
  const { roomNid, until, deleteLocalEvents } = job.payload as unknown as HistoryPurge;
  const room = await context.registry.byNid(roomNid);
  if (room === undefined) return;
  const purge = { roomNid, until, deleteLocalEvents };
  await deleteTraces(context, job, room, until);
  await shortenTimeline(context, job, room, purge);
  // Somebody may have read what was on its way out.
  await deleteTraces(context, job, room, until);
  await deleteUnneeded(context, job, room, purge);
}

async function deleteTraces(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  until: number,
): Promise<void> {
  const { historyPurge, log, rooms } = context.storage;
  await inBatches(context, job, room.nid, async (unit) => {
    const newest = (await rooms.byNid(room.nid))?.extremities ?? [];
    const staying = await log.positionsOf(newest);
    return historyPurge.deleteTraces(unit, room.nid, until, [...staying.values()]);
  });
}

async function shortenTimeline(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  { until, deleteLocalEvents }: HistoryPurge,
): Promise<void> {
  const { historyPurge, rooms } = context.storage;
  let after = 0;
  await inBatches(context, job, room.nid, async (unit) => {
    const rows = await historyPurge.timeline(room.nid, after, until);
    after = rows.at(-1)?.position ?? until;
    // What is newest on its branch stays: the next event follows it.
    const newest = new Set((await rooms.byNid(room.nid))?.extremities);
    const old = rows.filter(({ nid }) => !newest.has(nid));
    const kept = await stillNamed(context, room, old, deleteLocalEvents);
    const gone = old.filter(({ nid }) => !kept.has(nid));
    historyPurge.makeOutliers(unit, [...kept]);
    historyPurge.deleteEvents(
      unit,
      gone.map(({ nid }) => nid),
    );
    return rows.length > 0;
  });
}

/**
 * Those of some events that leave the timeline and stay beside it: state, which later events may need; what users of
 * this server sent, unless it is to go; and redactions of what stays.
 */
async function stillNamed(
  context: RoomsContext,
  room: Room,
  rows: readonly TimelineRow[],
  deleteLocalEvents: boolean,
): Promise<Set<number>> {
  const { serverName, storage } = context;
  const senders = await storage.strings.valuesOf([...new Set(rows.map(({ senderNid }) => senderNid))]);
  const isLocal = ({ senderNid }: TimelineRow) => domainOf(senders.get(senderNid) ?? '') === serverName;
  const stays = (row: TimelineRow) => row.stateKeyNid !== null || (isLocal(row) && !deleteLocalEvents);
  const kept = new Set(rows.filter(stays).map(({ nid }) => nid));
  const going = new Set(rows.filter((row) => !stays(row)).map(({ nid }) => nid));
  const redactionNid = await storage.strings.find('m.room.redaction');
  const redactions = rows.filter((row) => row.typeNid === redactionNid && going.has(row.nid));
  for (const redaction of await storage.events.getAll(redactions.map(({ nid }) => nid))) {
    const target = await storage.events.getById(redactsOf(redaction.pdu, room.rules) ?? '');
    if (target?.redactedBy === redaction.nid && !going.has(target.nid)) kept.add(redaction.nid);
  }
  return kept;
}

/**
 * The numbers of the states that there are. No change that comes later uses one of them because memory knows it, in
 * whatever process: what has no event would be deleted under it.
 */
async function nameOldStates(context: RoomsContext, room: Room): Promise<ReadonlySet<number>> {
  const { database, historyPurge } = context.storage;
  return inTurn(context, room, async () => {
    const unit = new UnitOfWork();
    outdateChanges(context, unit, room);
    await database.commit(unit);
    return new Set(await historyPurge.snapshotNids(room.nid));
  });
}

/** Deletes the events beside the timeline and the states that nothing needs any more. */
async function deleteUnneeded(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  { deleteLocalEvents }: HistoryPurge,
): Promise<void> {
  const { historyPurge } = context.storage;
  const old = await nameOldStates(context, room);
  const references = new References(context, room.nid);
  const untilNid = await historyPurge.newestEvent();
  await references.begin({ afterNid: 0, untilNid, afterPosition: 0, keepsLocal: !deleteLocalEvents });
  await deleteUnneededEvents(context, job, room.nid, references);

  let afterSnapshot = 0;
  await inBatches(context, job, room.nid, async (unit) => {
    await references.catchUp();
    const page = await historyPurge.snapshots(room.nid, afterSnapshot);
    afterSnapshot = page.at(-1)?.nid ?? afterSnapshot;
    const unneeded = page.filter(({ nid }) => old.has(nid) && !references.needsSnapshot(nid));
    const blocks = unneeded.flatMap((snapshot) => references.unneededBlocks(snapshot));
    historyPurge.deleteSnapshots(
      unit,
      unneeded.map(({ nid }) => nid),
      [...new Set(blocks)],
    );
    return page.length > 0;
  });
}
