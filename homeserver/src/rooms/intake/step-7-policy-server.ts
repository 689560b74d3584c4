import type { Pdu } from '../../protocol/events.ts';
import { missingPolicySignature } from '../policy/policy-server.ts';
import type { Room } from '../room.ts';
import type { IntakeContext } from './intake-context.ts';

/**
 * Step 7: has the policy server of the room signed it? Otherwise it is soft-failed.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU".
 * @returns why not, or undefined.
 */
export async function checkByPolicyServer(
  context: IntakeContext,
  room: Room,
  pdu: Pdu,
): Promise<string | undefined> {
  const missing = await missingPolicySignature(context, room, pdu);
  return missing === undefined
    ? undefined
    : `${missing.serverName}, the room's policy server, has not signed it`;
}
