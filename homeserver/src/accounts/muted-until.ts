import type { JsonObject } from '../protocol/canonical-json.ts';
import { isJsonObject } from '../protocol/json-values.ts';

/** The account data in which clients note until when rooms are muted: room ID to milliseconds since the Unix epoch. */
export const MUTED_UNTIL_TYPE = 'io.guildhall.muted_until';

/** When the first mute ends; undefined if there is none. */
export function nextMuteEnd(content: JsonObject | undefined): number | undefined {
  const ends = mutesIn(content).map(([, until]) => until);
  return ends.length === 0 ? undefined : ends.reduce((first, until) => Math.min(first, until));
}

/** The rooms whose mutes are over. */
export function dueMutes(content: JsonObject | undefined, now: number): string[] {
  return mutesIn(content)
    .filter(([, until]) => until <= now)
    .map(([roomId]) => roomId);
}

/** The content without the mutes of these rooms that are over still. */
export function withoutMutes(
  content: JsonObject | undefined,
  roomIds: readonly string[],
  now: number,
): JsonObject {
  const over = new Set(dueMutes(content, now).filter((roomId) => roomIds.includes(roomId)));
  const rooms = Object.fromEntries(Object.entries(roomsIn(content)).filter(([roomId]) => !over.has(roomId)));
  return { ...content, rooms };
}

/** What is no time is left out: whatever a client wrote there does no harm. */
function mutesIn(content: JsonObject | undefined): [string, number][] {
  return Object.entries(roomsIn(content)).flatMap(([roomId, until]) =>
    typeof until === 'number' && Number.isSafeInteger(until) ? [[roomId, until] as [string, number]] : [],
  );
}

function roomsIn(content: JsonObject | undefined): JsonObject {
  const rooms = content?.rooms;
  return isJsonObject(rooms) ? rooms : {};
}
