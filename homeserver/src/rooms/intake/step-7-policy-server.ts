import type { Pdu } from '../../protocol/events.ts';
import { signingBytes } from '../../protocol/hashing.ts';
import { domainOf, isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import { verifyBytes } from '../../protocol/signing.ts';
import type { Room } from '../room.ts';

/** Who looks at the events of a room before others show them. */
interface PolicyServer {
  readonly serverName: ServerName;
  readonly publicKeyBase64: string;
}

const POLICY = 'm.room.policy';
const POLICY_KEY_ID = 'ed25519:policy_server';

/**
 * The policy server of a room; undefined for a room without one, and for one whose policy server is not in the room.
 *
 * Source: Client-Server API v1.19, `m.room.policy`; Synapse where it is this server, which then has nobody to ask.
 */
function policyServerOf(room: Room, ownName: ServerName): PolicyServer | undefined {
  const content = room.content(POLICY);
  const serverName = content?.via;
  const publicKeyBase64 = ownValue(content?.public_keys, 'ed25519');
  if (typeof serverName !== 'string' || !isServerName(serverName)) return undefined;
  if (typeof publicKeyBase64 !== 'string' || serverName === ownName) return undefined;
  const isThere = room.members
    .entries()
    .some(([userId, { membership }]) => membership === 'join' && domainOf(userId) === serverName);
  return isThere ? { serverName, publicKeyBase64 } : undefined;
}

/**
 * The policy server whose signature an event lacks; undefined if it has it, or needs none.
 *
 * Source: Server-Server API v1.19, "Policy servers".
 */
export function missingPolicySignature(room: Room, pdu: Pdu, ownName: ServerName): PolicyServer | undefined {
  if (pdu.type === POLICY && pdu.state_key === '') return undefined;
  const policyServer = policyServerOf(room, ownName);
  if (policyServer === undefined) return undefined;
  const { serverName, publicKeyBase64 } = policyServer;
  const signature = ownValue(ownValue(pdu.signatures, serverName), POLICY_KEY_ID);
  const isSigned =
    typeof signature === 'string' && verifyBytes(signingBytes(pdu, room.rules), signature, publicKeyBase64);
  return isSigned ? undefined : policyServer;
}

/**
 * Step 7: has the policy server of the room signed it? Otherwise it is soft-failed.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU".
 * @returns why not, or undefined.
 */
export function checkByPolicyServer(room: Room, pdu: Pdu, ownName: ServerName): string | undefined {
  const missing = missingPolicySignature(room, pdu, ownName);
  return missing === undefined
    ? undefined
    : `${missing.serverName}, the room's policy server, has not signed it`;
}
