import { MatrixError } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { signingBytes } from '../../protocol/hashing.ts';
import { domainOf, isUserId } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { SigningKeys } from './intake-context.ts';

/**
 * Step 2: did every server sign it that has to? Otherwise it is dropped.
 *
 * Source: Server-Server API v1.19, "Validating hashes and signatures on received events"; Room version 5, "Signing key
 * validity period"; Room version 8, "Authorization rules".
 * @throws MatrixError 403 `M_FORBIDDEN` naming the server whose signature is missing or wrong.
 */
export async function checkSignatures(keys: SigningKeys, pdu: Pdu, rules: RoomVersionRules): Promise<void> {
  const message = signingBytes(pdu, rules);
  const validAt = rules.enforceKeyValidity ? pdu.origin_server_ts : undefined;
  for (const serverName of signersOf(pdu, rules)) {
    const signatures = ownValue(pdu.signatures, serverName) as Record<string, string> | undefined;
    const isSigned =
      signatures !== undefined && (await keys.verify({ serverName, signatures, message, validAt }));
    if (!isSigned) {
      throw new MatrixError(403, 'M_FORBIDDEN', `The event has no valid signature of ${serverName}`);
    }
  }
}

function signersOf(pdu: Pdu, rules: RoomVersionRules): Set<string> {
  const signers = new Set<string>();
  const { membership, third_party_invite: thirdParty, join_authorised_via_users_server: via } = pdu.content;
  const isMember = pdu.type === 'm.room.member';
  // The server that exchanges a third-party invite sends it in the name of the inviter.
  if (!(isMember && membership === 'invite' && thirdParty !== undefined)) signers.add(domainOf(pdu.sender));
  if (rules.eventIdFormat === 'in-event' && pdu.event_id !== undefined) signers.add(domainOf(pdu.event_id));
  if (rules.restricted && isMember && membership === 'join' && isUserId(via)) signers.add(domainOf(via));
  return signers;
}
