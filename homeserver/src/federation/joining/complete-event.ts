import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Pdu } from '../../protocol/events.ts';
import { contentHash, eventIdOf } from '../../protocol/hashing.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { pduToWire } from '../../protocol/wire.ts';
import { coSign } from '../co-sign.ts';
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
  const pdu = coSign({ serverName, key }, hashed, rules);
  return { eventId: eventIdOf(pdu, rules), json: pduToWire(pdu, rules) };
}
