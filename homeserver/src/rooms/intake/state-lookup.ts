import { redactPdu } from '../../protocol/redaction.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { StateEntry, StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';

/** An event as it counts where others are judged by it: without what a redaction took away. */
export function asItCounts(event: StoredEvent, rules: RoomVersionRules): StoredEvent {
  return event.redactedBy === null ? event : { ...event, pdu: redactPdu(event.pdu, rules) };
}

/**
 * The event that holds a type and state key in a state.
 *
 * @param entryOf gives its number.
 */
export async function eventInState(
  { storage }: RoomsContext,
  rules: RoomVersionRules,
  entryOf: (key: Omit<StateEntry, 'eventNid'>) => Promise<number | undefined>,
  type: string,
  stateKey: string,
): Promise<StoredEvent | undefined> {
  const strings = await storage.strings.findAll([type, stateKey]);
  const [typeNid, stateKeyNid] = [strings.get(type), strings.get(stateKey)];
  if (typeNid === undefined || stateKeyNid === undefined) return undefined;
  const nid = await entryOf({ typeNid, stateKeyNid });
  const event = nid === undefined ? undefined : await storage.events.get(nid);
  return event && asItCounts(event, rules);
}
