import { decodeBase64 } from '../../protocol/base64.ts';
import type { Pdu } from '../../protocol/events.ts';
import { contentHash } from '../../protocol/hashing.ts';
import { redactPdu } from '../../protocol/redaction.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';

/**
 * Step 3: does the content have the hash that the event says? Otherwise it goes on redacted: what is signed is true, the
 * rest was changed on the way.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU".
 */
export function checkContentHash(pdu: Pdu, rules: RoomVersionRules): Pdu {
  const said = decodeBase64(pdu.hashes.sha256);
  const actual = decodeBase64(contentHash(pdu, rules));
  const isRight = said !== undefined && actual !== undefined && said.equals(actual);
  return isRight ? pdu : redactPdu(pdu, rules);
}
