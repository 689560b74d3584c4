import type { JsonObject } from '../protocol/canonical-json.ts';
import type { Pdu } from '../protocol/events.ts';
import { parseJson } from '../protocol/json-numbers.ts';
import { redactPdu } from '../protocol/redaction.ts';
import { pduToWire } from '../protocol/wire.ts';
import type { StoredEvent } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import type { Room } from './room.ts';

/**
 * Events in the form in which servers exchange them: with their signatures, redactions applied, without `unsigned`.
 *
 * Source: Server-Server API v1.19, "PDUs"; Synapse for redacted events.
 * @returns new objects, in the order given.
 */
export async function eventsForServers(
  { storage }: Pick<RoomsContext, 'storage'>,
  { rules }: Pick<Room, 'rules'>,
  events: readonly StoredEvent[],
): Promise<JsonObject[]> {
  const unsigned = events.filter(({ pdu }) => Object.keys(pdu.signatures).length === 0);
  const stored = await storage.events.jsonOf(unsigned.map(({ nid }) => nid));
  return events.map(({ nid, pdu, redactedBy }) => {
    const json = stored.get(nid);
    const signed = json === undefined ? pdu : (parseJson(json) as Pdu);
    const { unsigned: _unsigned, ...shown } = redactedBy === null ? signed : redactPdu(signed, rules);
    return pduToWire(shown, rules);
  });
}
