import type { Pdu } from '../../protocol/events.ts';
import { signingBytes } from '../../protocol/hashing.ts';
import { domainOf, isServerName, type ServerName } from '../../protocol/identifiers.ts';
import { ownValue } from '../../protocol/json-values.ts';
import { verifyBytes } from '../../protocol/signing.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { POLICY_KEY_ID } from './policy-key.ts';

/** Who looks at the events of a room before others show them. */
interface PolicyServer {
  readonly serverName: ServerName;
  readonly publicKeyBase64: string;
}

type PolicyContext = Pick<RoomsContext, 'serverName' | 'policyKey'>;

const POLICY = 'm.room.policy';

/** Whether an event names a room's policy server: that server has no say in it. */
export function isPolicyEvent({ type, state_key: stateKey }: Pdu): boolean {
  return type === POLICY && stateKey === '';
}

/**
 * The policy server of a room; undefined for a room without one, and for one whose policy server is not in the room.
 *
 * Source: Client-Server API v1.19, `m.room.policy`. Where it has this server's name and another key than this server,
 * something else answers in its name, and here nobody has to be asked: as Synapse.
 */
export async function policyServerOf(
  { serverName: ownName, policyKey }: PolicyContext,
  room: Room,
): Promise<PolicyServer | undefined> {
  const content = room.content(POLICY);
  const serverName = content?.via;
  const publicKeyBase64 = ownValue(content?.public_keys, 'ed25519');
  if (typeof serverName !== 'string' || !isServerName(serverName)) return undefined;
  if (typeof publicKeyBase64 !== 'string') return undefined;
  const isOther = serverName === ownName && (await policyKey.get()).publicKeyBase64 !== publicKeyBase64;
  if (isOther) return undefined;
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
export async function missingPolicySignature(
  context: PolicyContext,
  room: Room,
  pdu: Pdu,
): Promise<PolicyServer | undefined> {
  if (isPolicyEvent(pdu)) return undefined;
  const policyServer = await policyServerOf(context, room);
  if (policyServer === undefined) return undefined;
  const signature = ownValue(ownValue(pdu.signatures, policyServer.serverName), POLICY_KEY_ID);
  return isSignature(policyServer, room, pdu, signature) ? undefined : policyServer;
}

/** Whether this is a policy server's signature of an event. */
export function isSignature(
  { publicKeyBase64 }: PolicyServer,
  { rules }: Room,
  pdu: Pdu,
  signature: unknown,
): boolean {
  return typeof signature === 'string' && verifyBytes(signingBytes(pdu, rules), signature, publicKeyBase64);
}
