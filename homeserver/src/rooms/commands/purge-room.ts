import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { domainOf, isRoomId } from '../../protocol/identifiers.ts';
import { redactPdu } from '../../protocol/redaction.ts';
import {
  ExpectationFailed,
  JobGivenUp,
  JobKind,
  LogKind,
  type RunningJob,
  UnitOfWork,
} from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Member, Room } from '../room.ts';
import { type Emptied, emptyRoom, type SuccessorRequest } from './empty-room.ts';
import { inBatches } from './purge-batches.ts';

/** How a room is to be deleted. */
export interface RoomPurgeRequest {
  /** The admin who asks. */
  readonly userId: string;
  /** Whether nobody may come in again. */
  readonly block: boolean;
  /** Whether everything that is stored of it goes; else its users only leave it. */
  readonly purge: boolean;
  /** Whether it goes though some of its users could not be made to leave it. */
  readonly force: boolean;
  /** A room for the users to go to instead. */
  readonly successor: SuccessorRequest | undefined;
}

/** What a purge works with and how far it is: the payload of its job. */
interface RoomPurge extends Partial<Emptied> {
  readonly purge: boolean;
  readonly force: boolean;
  readonly successor?: SuccessorRequest;
  /** The number that the room had, once it is gone. */
  readonly roomNid?: number;
}

/** Requests that were on their way when the room went have ended by then, and what they wrote is deleted as well. */
const LEFTOVERS_AFTER_MS = 60_000;

/**
 * Has a room deleted: its local users leave it, then everything that is stored of it goes. A room that is not here can
 * be blocked all the same.
 *
 * Source: Synapse's admin API, "Delete Room API".
 * @returns the ID to ask with how far it is.
 * @throws MatrixError 400 `M_INVALID_PARAM` for something that is no room ID, or a successor's creator who is not of this
 * server; 400 `M_UNKNOWN` while the room is being deleted already.
 */
export async function requestRoomPurge(
  context: RoomsContext,
  roomId: string,
  { userId, block, purge, force, successor }: RoomPurgeRequest,
): Promise<string> {
  if (!isRoomId(roomId)) throw invalidParam(`${roomId} is not a room ID`);
  if (successor !== undefined && !(await context.profiles.exists(successor.creator))) {
    throw invalidParam(`new_room_user_id has to be a user of this server, and ${successor.creator} is none`);
  }
  const { blockedRooms, database, jobs, strings } = context.storage;
  const unit = new UnitOfWork();
  if (block) blockedRooms.block(unit, roomId, await strings.intern(userId), context.clock.now());
  const payload = { purge, force, ...(successor === undefined ? {} : { successor: { ...successor } }) };
  const id = jobs.enqueueNew(unit, { kind: JobKind.PurgeRoom, key: roomId, payload });
  try {
    await database.commit(unit);
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error;
    throw new MatrixError(400, 'M_UNKNOWN', `${roomId} is being deleted already`);
  }
  return id;
}

/** Deletes a room as `requestRoomPurge` was asked to. A run that was cut short is taken up where it was. */
export async function purgeRoom(context: RoomsContext, job: RunningJob): Promise<void> {
  const { purge, force, successor, roomNid } = job.payload as unknown as RoomPurge;
  const room = roomNid === undefined ? await context.registry.byId(job.key) : undefined;
  if (room !== undefined) {
    await emptyRoom(context, job, room, { successor, forget: !purge });
    if (!purge) return;
    await room.queue.run(() => makeUnknown(context, job, room, force));
  }
  const { roomNid: gone } = job.payload as unknown as RoomPurge;
  if (gone !== undefined) await deleteRows(context, job, gone);
}

/** Deletes what was still written about a room while it went. */
export async function purgeLeftovers(context: RoomsContext, job: RunningJob): Promise<void> {
  await inBatches(context, job, Number(job.key), (unit) =>
    context.storage.roomPurge.deleteSome(unit, Number(job.key)),
  );
}

/** The room is gone from here on, for everybody; runs in its queue. */
async function makeUnknown(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  force: boolean,
): Promise<void> {
  const { database, roomPurge } = context.storage;
  await room.lastCommit.catch(() => undefined);
  if (room.stale) await context.registry.refresh(room);
  if (room.localJoined.size > 0 && !force) {
    throw new JobGivenUp(`${room.localJoined.size} users of this server could not be made to leave the room`);
  }
  const unit = new UnitOfWork();
  const { nid, roomId, head } = room;
  roomPurge.begin(unit, { nid, roomId, version: head.version });
  await tellMembers(context, room, unit);
  job.saveIn(unit, { ...job.payload, roomNid: nid });
  room.stale = true;
  await database.commit(unit);
}

/**
 * Every local member is told by the log that the room is gone, with the event by which they left it: that event goes,
 * and a client that was away has not seen it.
 */
async function tellMembers(context: RoomsContext, room: Room, unit: UnitOfWork): Promise<void> {
  const local = [...room.members].filter(([userId]) => domainOf(userId) === context.serverName);
  const departures = await departuresOf(context, room, local);
  // Also where nobody is told, so that every process hears of it.
  unit.append({ kind: LogKind.RoomGone, ref: room.nid });
  for (const [, { userNid, eventNid }] of local) {
    const key = departures.get(eventNid);
    unit.append({
      kind: LogKind.RoomGone,
      ref: room.nid,
      user: userNid,
      ...(key === undefined ? {} : { key }),
    });
  }
}

async function departuresOf(
  { storage }: RoomsContext,
  room: Room,
  members: readonly (readonly [string, Member])[],
): Promise<Map<number, string>> {
  const left = members.filter(([, { membership }]) => membership === 'leave' || membership === 'ban');
  const events = await storage.events.getAll(left.map(([, { eventNid }]) => eventNid));
  return new Map(
    events.map((event) => {
      const pdu = event.redactedBy === null ? event.pdu : redactPdu(event.pdu, room.rules);
      const { type, sender, state_key, content, origin_server_ts } = pdu;
      const shown = { event_id: event.eventId, type, sender, state_key, content, origin_server_ts };
      return [event.nid, JSON.stringify({ room_id: room.roomId, ...shown })];
    }),
  );
}

async function deleteRows(context: RoomsContext, job: RunningJob, roomNid: number): Promise<void> {
  const { clock, storage } = context;
  await inBatches(context, job, roomNid, (unit) => storage.roomPurge.deleteSome(unit, roomNid));
  const unit = new UnitOfWork();
  storage.roomPurge.end(unit, roomNid);
  const runAt = clock.now() + LEFTOVERS_AFTER_MS;
  storage.jobs.enqueue(unit, { kind: JobKind.PurgeLeftovers, key: String(roomNid), runAt });
  await storage.database.commit(unit);
}
