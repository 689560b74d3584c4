import type { Pdu } from '../protocol/events.ts';
import { signingBytes } from '../protocol/hashing.ts';
import type { RoomVersionRules } from '../protocol/room-versions.ts';
import { addSignature, signBytes } from '../protocol/signing.ts';
import type { FederationContext } from './context.ts';

/** An event with this server's signature beside those that it has. */
export function coSign(
  { serverName, key }: Pick<FederationContext, 'serverName' | 'key'>,
  pdu: Pdu,
  rules: RoomVersionRules,
): Pdu {
  return addSignature(pdu, serverName, key.keyId, signBytes(signingBytes(pdu, rules), key));
}
