import { forbidden, notFound, tooLarge } from '../../protocol/errors.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { getVisibleEvent } from '../queries/event.ts';

/** Longer reasons are refused, in characters. */
const LONGEST_REASON = 1000;

/**
 * Tells the admins of an event.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/report/{eventId}`.
 * @throws MatrixError 404 `M_NOT_FOUND` for an event that is not there for the reporter, or if they are not in the room.
 */
export async function reportEvent(
  context: RoomsContext,
  reporter: Viewer,
  roomId: string,
  eventId: string,
  reason = '',
): Promise<void> {
  requireReason(reason);
  const room = await context.registry.byId(roomId);
  if (room?.membershipOf(reporter.userId) !== 'join') throw notFound('There is no such event for you');
  const event = await getVisibleEvent(context, room, eventId, reporter);
  const about = { roomId, eventId, userId: event.pdu.sender };
  await add(context, { subject: 'event', reporter: reporter.userId, ...about, reason });
}

/**
 * Tells the admins of a room, which the reporter need not be in.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/report`.
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function reportRoom(
  context: RoomsContext,
  reporter: Viewer,
  roomId: string,
  reason: string,
): Promise<void> {
  requireReason(reason);
  if ((await context.registry.byId(roomId)) === undefined) throw notFound('There is no such room here');
  const about = { roomId, eventId: null, userId: null };
  await add(context, { subject: 'room', reporter: reporter.userId, ...about, reason });
}

/**
 * Tells the admins of a user. Whether there is one is not told: users of other servers are not known here, and the
 * specification lets a server hide its own.
 *
 * Source: Client-Server API v1.19, `POST /users/{userId}/report`.
 * @throws MatrixError 404 `M_NOT_FOUND` for something that is no user ID.
 */
export async function reportUser(
  context: RoomsContext,
  reporter: Viewer,
  userId: string,
  reason: string,
): Promise<void> {
  requireReason(reason);
  if (!isUserId(userId)) throw notFound('There is no such user');
  if (userId === reporter.userId) throw forbidden('You cannot report yourself');
  const isLocal = userId.endsWith(`:${context.serverName}`);
  if (isLocal && !(await context.profiles.exists(userId))) return;
  const about = { roomId: null, eventId: null, userId };
  await add(context, { subject: 'user', reporter: reporter.userId, ...about, reason });
}

function requireReason(reason: string): void {
  if (reason.length > LONGEST_REASON) throw tooLarge(`A reason has at most ${LONGEST_REASON} characters`);
}

async function add(
  { storage, clock, logger }: RoomsContext,
  report: Omit<Parameters<RoomsContext['storage']['reports']['add']>[0], 'createdTs'>,
): Promise<void> {
  await storage.reports.add({ ...report, createdTs: clock.now() });
  logger.info('something was reported', {
    subject: report.subject,
    room: report.roomId,
    user: report.userId,
  });
}
