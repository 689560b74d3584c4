import { forbidden } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { signingBytes } from '../../protocol/hashing.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { signBytes } from '../../protocol/signing.ts';
import type { RoomsContext } from '../context.ts';
import { mayTakePart } from '../queries/server-acl.ts';
import type { Room } from '../room.ts';

/** @returns why an event should not be shown; undefined if nothing speaks against it. */
type PolicyRule = (room: Room, pdu: Pdu) => string | undefined;

/** All of them have to agree. */
const RULES: readonly PolicyRule[] = [
  (room, { sender }) =>
    room.membershipOf(sender) === 'ban' ? `${sender} is banned from this room` : undefined,
  (room, { sender }) =>
    mayTakePart(room, domainOf(sender)) ? undefined : `This room does not let ${domainOf(sender)} take part`,
];

/**
 * Signs an event of a room whose policy server this server is. It knows the newest bans and access control lists, which
 * servers that have not heard of them, or do not want to, would not keep to.
 *
 * What is not known here yet speaks against nothing: the event may be here before the join that it follows.
 *
 * @throws MatrixError 403 `M_FORBIDDEN` for an event that should not be shown.
 */
export async function signAsPolicyServer(
  { policyKey }: Pick<RoomsContext, 'policyKey'>,
  room: Room,
  pdu: Pdu,
): Promise<string> {
  for (const rule of RULES) {
    const reason = rule(room, pdu);
    if (reason !== undefined) throw forbidden(reason);
  }
  return signBytes(signingBytes(pdu, room.rules), await policyKey.get());
}
