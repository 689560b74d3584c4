import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Pdu } from '../../protocol/events.ts';
import { contentHash, eventIdOf, signingBytes } from '../../protocol/hashing.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { addSignature, signBytes } from '../../protocol/signing.ts';
import { pduToWire } from '../../protocol/wire.ts';
import type { FederationContext } from '../context.ts';

/** An event of this server, as others get it. */
export interface CompletedEvent {
  readonly eventId: string;
  readonly json: JsonObject;
}

/** Hashes, names and signs an event that another server has proposed, or has to sign as well. */
export function completeEvent(
  { serverName, key }: FederationContext,
  draft: Pdu,
  rules: RoomVersionRules,
): CompletedEvent {
  const isNamed = rules.eventIdFormat === 'in-event';
  const named: Pdu = isNamed ? { ...draft, event_id: `$${randomOpaqueId(18)}:${serverName}` } : draft;
  const hashed: Pdu = { ...named, hashes: { sha256: contentHash(named, rules) }, signatures: {} };
  const signature = signBytes(signingBytes(hashed, rules), key);
  const pdu = addSignature(hashed, serverName, key.keyId, signature);
  return { eventId: eventIdOf(pdu, rules), json: pduToWire(pdu, rules) };
}
