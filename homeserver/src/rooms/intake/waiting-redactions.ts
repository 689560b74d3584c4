import { redactionApplies } from '../../protocol/event-auth/index.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { StateEntry, StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { stateKeyOf } from '../room.ts';
import type { CheckedEvent } from './intake-context.ts';
import { eventInState } from './state-lookup.ts';
import { loadAuthorities } from './step-5-state-before.ts';

/**
 * The redactions that came before the events that they redact, as far as their senders may.
 *
 * Source: Room version 3, "Handling redactions": a server "applies the redaction only when it has both".
 * @returns by the ID of what is redacted.
 */
export async function redactionsOf(
  context: RoomsContext,
  rules: RoomVersionRules,
  targets: readonly CheckedEvent[],
): Promise<Map<string, StoredEvent>> {
  const { events, states, waiting: store } = context.storage;
  const found = new Map<string, StoredEvent>();
  const waiting = await store.redactionsOf(targets.map(({ eventId }) => eventId));
  for (const { eventId, pdu } of waiting.size === 0 ? [] : targets) {
    for (const redaction of await events.getAll(waiting.get(eventId) ?? [])) {
      const entryOf = ({ typeNid, stateKeyNid }: Omit<StateEntry, 'eventNid'>) =>
        states.entryOf(redaction.snapshotNid, typeNid, stateKeyNid);
      const authorities = await loadAuthorities(redaction.pdu, rules, (type, key) =>
        eventInState(context, rules, entryOf, type, key),
      );
      const state = (type: string, key: string) => authorities.get(stateKeyOf(type, key))?.pdu;
      if (!found.has(eventId) && redactionApplies(redaction.pdu, pdu, state, rules))
        found.set(eventId, redaction);
    }
  }
  return found;
}
