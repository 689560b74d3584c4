import type { JsonObject } from '../protocol/canonical-json.ts';
import type { StoredEvent } from '../storage/index.ts';

/**
 * What stands for state that is gone. Where branches meet, a piece of state that only the losing one has vanishes, and
 * the API has no word for that: the event that set it is shown without its content, which means the same everywhere
 * in Matrix. A member without a membership is one that has left.
 *
 * @param event that clients were shown as the state.
 */
export function absentState(event: StoredEvent): StoredEvent {
  const content: JsonObject = event.pdu.type === 'm.room.member' ? { membership: 'leave' } : {};
  const absent = { ...event, pdu: { ...event.pdu, content }, replacesNid: null };
  made.add(absent);
  return absent;
}

const made = new WeakSet<StoredEvent>();

/** Whether an event is one that `absentState` has made. */
export function isAbsentState(event: StoredEvent): boolean {
  return made.has(event);
}
