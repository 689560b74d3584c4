import { setImmediate } from 'node:timers/promises';
import type { Storage, StoredEvent } from '../storage/index.ts';

/** About what can be looked up in a millisecond or two. */
const AT_ONCE = 500;

/** Does something with each part of a long list, and between the parts it is the turn of others. */
export async function inTurns<Item>(
  items: readonly Item[],
  handle: (part: readonly Item[]) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < items.length; first += AT_ONCE) {
    if (first > 0) await setImmediate();
    await handle(items.slice(first, first + AT_ONCE));
  }
}

/** Events by number, however many they are. */
export async function eventsInTurns(
  { events }: Pick<Storage, 'events'>,
  nids: readonly number[],
): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  await inTurns(nids, async (part) => {
    found.push(...(await events.getAll(part)));
  });
  return found;
}
