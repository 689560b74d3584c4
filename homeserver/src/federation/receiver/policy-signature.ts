import type { Pdu } from '../../protocol/events.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { pduToWire } from '../../protocol/wire.ts';
import { missingPolicySignature, type Room } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

/** As Synapse. */
const TIME_LIMIT_MS = 30_000;

/**
 * An event with the signature of its room's policy server, which is asked for it where it is missing. Whatever it
 * answers, the event is checked for it later.
 *
 * Source: Server-Server API v1.19, `POST /_matrix/policy/v1/sign`.
 */
export async function withPolicySignature(context: FederationContext, room: Room, pdu: Pdu): Promise<Pdu> {
  const policyServer = missingPolicySignature(room, pdu, context.serverName);
  if (policyServer === undefined) return pdu;
  const { serverName } = policyServer;
  try {
    const answer = await context.client.request({
      destination: serverName,
      method: 'POST',
      path: '/_matrix/policy/v1/sign',
      body: pduToWire(pdu, room.rules),
      timeLimitMs: TIME_LIMIT_MS,
    });
    return {
      ...pdu,
      signatures: { ...pdu.signatures, [serverName]: merged(pdu, serverName, answer[serverName]) },
    };
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    context.logger.info('a policy server did not sign an event', {
      roomId: room.roomId,
      policyServer: serverName,
      sender: pdu.sender,
      reason: error.message,
    });
    return pdu;
  }
}

/** The policy server may be the sender's: what is there stays. */
function merged(pdu: Pdu, serverName: string, answered: unknown): Record<string, string> {
  const given = isJsonObject(answered) ? Object.entries(answered) : [];
  const signatures = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...Object.fromEntries(signatures), ...pdu.signatures[serverName] };
}
