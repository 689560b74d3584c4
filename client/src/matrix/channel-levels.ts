import { asObject, type JsonObject } from '../lib/parse.ts';
import { pollStart } from './polls.ts';

/** Something in a channel that takes a power level. */
export type LevelName = 'write' | 'react' | 'mentionAll' | 'describe' | 'pin' | 'deleteOthers' | 'invite';

type LevelPlace =
  | { readonly events: readonly [string, ...string[]]; readonly isState?: true }
  | { readonly key: string; readonly within?: string; readonly usual: number };

/** Where each level stands in `m.room.power_levels`, and what it is unless it stands there (Matrix 1.19). */
const places: Readonly<Record<LevelName, LevelPlace>> = {
  write: { events: ['m.room.message', 'm.room.encrypted', 'm.sticker', 'm.poll.start', pollStart] },
  react: { events: ['m.reaction'] },
  mentionAll: { key: 'room', within: 'notifications', usual: 50 },
  describe: { events: ['m.room.name', 'm.room.topic', 'm.room.avatar'], isState: true },
  pin: { events: ['m.room.pinned_events'], isState: true },
  deleteOthers: { key: 'redact', usual: 50 },
  invite: { key: 'invite', usual: 0 },
};

/** The level that something takes by these power levels. */
export function readLevel(content: JsonObject, name: LevelName): number {
  const place = places[name];
  if ('key' in place) {
    const holder = place.within === undefined ? content : asObject(content[place.within]);
    return asLevel(holder?.[place.key]) ?? place.usual;
  }
  const usual = place.isState
    ? (asLevel(content.state_default) ?? 50)
    : (asLevel(content.events_default) ?? 0);
  return asLevel(asObject(content.events)?.[place.events[0]]) ?? usual;
}

/** The same power levels with another level for something. */
export function withLevel(content: JsonObject, name: LevelName, level: number): JsonObject {
  const place = places[name];
  if (!('key' in place)) {
    const changed = Object.fromEntries(place.events.map((type) => [type, level]));
    return { ...content, events: { ...asObject(content.events), ...changed } };
  }
  if (place.within === undefined) return { ...content, [place.key]: level };
  return { ...content, [place.within]: { ...asObject(content[place.within]), [place.key]: level } };
}

function asLevel(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
