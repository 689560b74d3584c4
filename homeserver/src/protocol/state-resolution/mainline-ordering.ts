import type { KnownEvents } from './known-events.ts';
import { compareByAge } from './power-ordering.ts';
import type { KnownEvent } from './source.ts';

/**
 * The mainline ordering: events based on older power levels of the mainline first, then by age. The mainline is a power
 * levels event, the one that it is based on, and so on.
 * @param powerLevels the head of the mainline; without one, only age counts.
 *
 * Source: specification v1.19, Room version 2, "State resolution".
 */
export async function sortByMainline(
  events: readonly KnownEvent[],
  powerLevels: KnownEvent | undefined,
  known: KnownEvents,
): Promise<KnownEvent[]> {
  const mainline: KnownEvent[] = [];
  for (let next = powerLevels; next !== undefined; next = await previousPowerLevels(next, known))
    mainline.push(next);
  const positions = new Map(mainline.map((event, index) => [event.eventId, index]));
  const placed: { event: KnownEvent; position: number }[] = [];
  for (const event of events) placed.push({ event, position: await positionOf(event, positions, known) });
  placed.sort((left, right) => {
    if (left.position !== right.position) return left.position > right.position ? -1 : 1;
    return compareByAge(left.event, right.event);
  });
  return placed.map(({ event }) => event);
}

/** The index in the mainline of the first power levels event that this event leads back to; infinite if none does. */
async function positionOf(
  event: KnownEvent,
  positions: Map<string, number>,
  known: KnownEvents,
): Promise<number> {
  const passed: string[] = [];
  let position: number | undefined;
  let next = await previousPowerLevels(event, known);
  while (next !== undefined && position === undefined) {
    position = positions.get(next.eventId);
    passed.push(next.eventId);
    next = position === undefined ? await previousPowerLevels(next, known) : undefined;
  }
  const found = position ?? Number.POSITIVE_INFINITY;
  // Others that lead back to the same power levels need not walk again.
  for (const eventId of passed) positions.set(eventId, found);
  return found;
}

async function previousPowerLevels(event: KnownEvent, known: KnownEvents): Promise<KnownEvent | undefined> {
  await known.load(event.pdu.auth_events);
  return known.authEvent(event, 'm.room.power_levels', '');
}
