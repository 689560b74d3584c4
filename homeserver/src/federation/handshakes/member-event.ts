import { badJson, forbidden, invalidParam } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { domainOf, type EventId, type ServerName, type UserId } from '../../protocol/identifiers.ts';
import type { CheckedEvent } from '../../rooms/index.ts';

/** What a member event that is handed over has to be. */
export interface ExpectedMember {
  readonly origin: ServerName;
  /** As the path names it. */
  readonly eventId: EventId;
  readonly membership: 'join' | 'knock' | 'leave' | 'invite';
}

/**
 * Holds an event to what the request says: that it is this event, a membership, and by a user of the server that asks.
 *
 * @returns whose membership it is.
 * @throws MatrixError 400 `M_INVALID_PARAM`, `M_BAD_JSON`; 403 `M_FORBIDDEN` for a sender of a third server.
 */
export function requireMemberEvent(
  { eventId, pdu }: CheckedEvent,
  { origin, eventId: named, membership }: ExpectedMember,
): UserId {
  if (eventId !== named) throw invalidParam(`The event is ${eventId}, not ${named}`);
  if (!isMembership(pdu, membership)) throw badJson(`The event is no membership of the kind ${membership}`);
  if (domainOf(pdu.sender) !== origin) throw forbidden(`${pdu.sender} is not a user of ${origin}`);
  return pdu.state_key;
}

function isMembership(pdu: Pdu, membership: string): pdu is Pdu & { state_key: string } {
  const isAbout = pdu.type === 'm.room.member' && pdu.state_key !== undefined;
  return isAbout && pdu.content.membership === membership;
}
