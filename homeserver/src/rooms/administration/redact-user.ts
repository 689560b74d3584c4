import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { isRoomId, isUserId } from '../../protocol/identifiers.ts';
import {
  EventStatus,
  ExpectationFailed,
  JobKind,
  type JobOutcome,
  type RunningJob,
  type StoredEvent,
  type StoredJob,
  UnitOfWork,
} from '../../storage/index.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { powerLevelsOfRoom } from '../room-access.ts';
import { strongestMember } from './change-rooms.ts';

/** What of somebody is to be redacted. */
export interface RedactionRequest {
  readonly userId: string;
  /** The admin who asks. */
  readonly admin: string;
  /** Room IDs; every room that the user is in, or banned from, if there are none. */
  readonly rooms: readonly string[];
  readonly reason: string | undefined;
  /** How many events of each room, the newest first. */
  readonly limit: number | undefined;
  /** Whether the admin redacts rather than the user. */
  readonly asAdmin: boolean;
  /** Only what was sent before and after these times, in milliseconds. */
  readonly beforeTs: number | undefined;
  readonly afterTs: number | undefined;
}

/** How far it is, in Synapse's form. */
export interface RedactionStatus {
  readonly status: 'active' | 'complete' | 'failed';
  /** Why events were not redacted, by event ID. */
  readonly failed_redactions?: Readonly<Record<string, string>>;
  readonly error?: string;
}

/** What the job works with and how far it is. */
interface Redaction {
  readonly userId: string;
  readonly admin: string;
  readonly rooms: readonly string[];
  readonly reason?: string;
  readonly limit: number;
  readonly asAdmin: boolean;
  readonly beforeTs?: number;
  readonly afterTs?: number;
  /** How many rooms are done. */
  readonly done?: number;
  readonly failed?: Readonly<Record<string, string>>;
}

const DEFAULT_LIMIT = 1_000;
/** As Synapse: what people have said, and their joins, which carry names and pictures. */
const REDACTED_TYPES: ReadonlySet<string> = new Set(['m.room.message', 'm.room.encrypted', 'm.room.member']);
const ROWS_AT_ONCE = 500;
const MOST_FAILURES = 1_000;

/**
 * Has what somebody sent redacted, by a job.
 *
 * Source: Synapse's admin API, "Redact all the events of a user".
 * @returns the ID to ask with how far it is.
 * @throws MatrixError 400 `M_INVALID_PARAM`; 400 `M_UNKNOWN`, as Synapse, while this is being done already.
 */
export async function requestRedactions(context: RoomsContext, request: RedactionRequest): Promise<string> {
  const { userId, admin, reason, limit = DEFAULT_LIMIT, asAdmin, beforeTs, afterTs } = request;
  if (!isUserId(userId)) throw invalidParam(`${userId} is not a user ID`);
  if (!request.rooms.every(isRoomId)) throw invalidParam('rooms is a list of room IDs');
  if (limit < 1) throw invalidParam('limit is a number of at least 1');
  const rooms = request.rooms.length > 0 ? request.rooms : await roomsOf(context, userId);
  const { database, jobs } = context.storage;
  const unit = new UnitOfWork();
  const payload = {
    userId,
    admin,
    rooms: [...rooms],
    limit,
    asAdmin,
    ...(reason === undefined ? {} : { reason }),
    ...(beforeTs === undefined ? {} : { beforeTs }),
    ...(afterTs === undefined ? {} : { afterTs }),
  };
  const id = jobs.enqueueNew(unit, { kind: JobKind.RedactUser, key: userId, payload });
  try {
    await database.commit(unit);
  } catch (error) {
    if (!(error instanceof ExpectationFailed)) throw error;
    throw new MatrixError(400, 'M_UNKNOWN', `What ${userId} has sent is being redacted already`);
  }
  return id;
}

/** How far the redactions are; undefined for an ID that is unknown, or of what ended more than a week ago. */
export async function getRedactions(
  { storage }: RoomsContext,
  id: string,
): Promise<RedactionStatus | undefined> {
  const job = (await storage.jobs.byId(id)) ?? (await storage.jobs.outcomeById(id));
  return job?.kind === JobKind.RedactUser ? statusOf(job) : undefined;
}

/** Redacts what `requestRedactions` was asked for, a room after the other. What is redacted already is left alone. */
export async function redactUser(context: RoomsContext, job: RunningJob): Promise<void> {
  const redaction = job.payload as unknown as Redaction;
  const failed: Record<string, string> = { ...redaction.failed };
  for (let done = redaction.done ?? 0; done < redaction.rooms.length; done += 1) {
    job.signal.throwIfAborted();
    const room = await context.registry.byId(redaction.rooms[done] ?? '');
    if (room !== undefined) await redactInRoom(context, room, redaction, failed, job.signal);
    const unit = new UnitOfWork();
    job.saveIn(unit, { ...job.payload, done: done + 1, failed });
    await context.storage.database.commit(unit);
  }
}

async function redactInRoom(
  context: RoomsContext,
  room: Room,
  redaction: Redaction,
  failed: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const sender = await redactorOf(context, room, redaction);
  const content = redaction.reason === undefined ? {} : { reason: redaction.reason };
  for (const event of await eventsToRedact(context, room, redaction)) {
    signal.throwIfAborted();
    try {
      await changeRoom(context, room, (chain) =>
        chain.append({ type: 'm.room.redaction', sender, content, redacts: event.eventId }),
      );
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      if (Object.keys(failed).length < MOST_FAILURES) failed[event.eventId] = error.message;
    }
  }
}

/** The newest events of somebody, found in the room's timeline: an index of senders would cost every message something. */
async function eventsToRedact(
  { storage }: RoomsContext,
  room: Room,
  { userId, limit, beforeTs = Number.POSITIVE_INFINITY, afterTs = 0 }: Redaction,
): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  let from = await storage.log.newest();
  for (;;) {
    const rows = await storage.log.backward(room.nid, from, 0, ROWS_AT_ONCE);
    for (const event of await storage.events.getAll(rows.map(({ nid }) => nid))) {
      const { pdu, redactedBy, status } = event;
      if (pdu.sender !== userId || redactedBy !== null || status !== EventStatus.Accepted) continue;
      if (!REDACTED_TYPES.has(pdu.type)) continue;
      if (pdu.type === 'm.room.member' && pdu.content.membership !== 'join') continue;
      if (pdu.origin_server_ts >= beforeTs || pdu.origin_server_ts <= afterTs) continue;
      found.push(event);
      if (found.length === limit) return found;
    }
    if (rows.length < ROWS_AT_ONCE) return found;
    from = (rows.at(-1)?.position ?? 1) - 1;
  }
}

/**
 * In whose name: the user's, or the admin's if asked for. Whoever was removed from the room cannot redact any more, and an
 * admin need not be there, so else it is the local member with the highest level.
 */
async function redactorOf(context: RoomsContext, room: Room, redaction: Redaction): Promise<string> {
  const { userId, admin, asAdmin } = redaction;
  const wanted = asAdmin || !userId.endsWith(`:${context.serverName}`) ? admin : userId;
  const levels = powerLevelsOfRoom(room);
  const isThere = room.membershipOf(wanted) === 'join';
  if (isThere && (wanted === userId || levels.userLevel(wanted) >= levels.redact)) return wanted;
  return (await strongestMember(context, room)) ?? wanted;
}

async function roomsOf({ storage, userRooms }: RoomsContext, userId: string): Promise<string[]> {
  const userNid = await storage.strings.find(userId);
  if (userNid === undefined) return [];
  const memberships = [...(await userRooms.of(userNid)).values()];
  const wanted = memberships.filter(({ membership }) => membership === 'join' || membership === 'ban');
  return [...(await storage.rooms.idsOf(wanted.map(({ roomNid }) => roomNid))).values()];
}

function statusOf(job: StoredJob | JobOutcome): RedactionStatus {
  if (!('error' in job)) return { status: 'active' };
  const { failed = {} } = job.payload as unknown as Redaction;
  return job.error === null
    ? { status: 'complete', failed_redactions: failed }
    : { status: 'failed', error: job.error };
}
