import { forbidden } from '../../protocol/errors.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { type SealedEvent, withFurtherSignature } from '../seal-event.ts';
import { POLICY_KEY_ID } from './policy-key.ts';
import { isSignature, missingPolicySignature } from './policy-server.ts';
import { signAsPolicyServer } from './sign-as-policy-server.ts';

/**
 * Has the policy server of a room sign an event of this server before anybody gets it, where the room has one.
 *
 * Source: Server-Server API v1.19, "Policy servers".
 * @throws MatrixError what the policy server refuses it with; 502 `M_UNKNOWN` if it does not answer.
 */
export async function sealForPolicyServer(
  context: RoomsContext,
  room: Room,
  sealed: SealedEvent,
): Promise<SealedEvent> {
  const policyServer = await missingPolicySignature(context, room, sealed.pdu);
  if (policyServer === undefined) return sealed;
  const { serverName } = policyServer;
  const isHere = serverName === context.serverName;
  // Without other servers nobody gets the event who would ask for the signature.
  if (!isHere && context.otherServers === undefined) return sealed;
  const signature = isHere
    ? await signAsPolicyServer(context, room, sealed.pdu)
    : await context.otherServers?.askPolicyServer(serverName, room, sealed.pdu);
  if (signature === undefined || !isSignature(policyServer, room, sealed.pdu, signature)) {
    throw forbidden(
      `${serverName}, the policy server of this room, did not sign with the key that the room names`,
    );
  }
  return withFurtherSignature(sealed, context.serverName, { serverName, keyId: POLICY_KEY_ID, signature });
}
