import { forbidden } from '../../protocol/errors.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import { checkAlone } from '../intake/check-alone.ts';
import type { IntakeContext, MissingEvents } from '../intake/intake-context.ts';
import { receiveChecked } from '../intake/receive-event.ts';
import type { Room } from '../room.ts';

/** It follows what was proposed, which is here. */
const NOTHING_MISSING: MissingEvents = { fetch: async () => [], stateBefore: async () => undefined };

/**
 * Takes in a membership that another server has completed (`proposeMembership`): a part of the room from now on, which
 * the room's other servers get from this one.
 *
 * @param json signed by all who have to, as `parseJson` reads it.
 * @returns the event, in its place. The same event again is no error: its server has missed the answer.
 * @throws MatrixError as `receiveEvent`; 403 `M_FORBIDDEN` for an event that the room does not allow.
 */
export async function acceptMembership(
  context: IntakeContext,
  room: Room,
  json: unknown,
): Promise<StoredEvent> {
  const checked = await checkAlone(context, room, json);
  const { eventId, reason } = await receiveChecked(context, room, checked, NOTHING_MISSING, true);
  const stored = await context.storage.events.getById(eventId);
  if (stored?.status === EventStatus.Accepted) return stored;
  throw forbidden(reason ?? 'The room does not allow this event');
}
