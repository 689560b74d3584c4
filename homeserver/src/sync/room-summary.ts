import { countedMembers, isSteward, type Room, type RoomsContext, type Viewer } from '../rooms/index.ts';
import type { SummaryBody } from './response-shapes.ts';

/** How many members a room without a name is named after. */
const HEROES = 5;

/**
 * What clients need to show a room whose members they do not have: how many there are, and for a room without a name
 * after whom to name it. The steward is nobody.
 *
 * Source: Client-Server API v1.19, `GET /sync`, "RoomSummary".
 */
export function summaryOf(context: RoomsContext, room: Room, viewer: Viewer): SummaryBody {
  const { joined, invited } = countedMembers(context, room);
  return {
    ...(isNamed(room) ? {} : { 'm.heroes': heroesOf(room, viewer) }),
    'm.joined_member_count': joined,
    'm.invited_member_count': invited,
  };
}

function isNamed(room: Room): boolean {
  return Boolean(room.content('m.room.name')?.name ?? room.content('m.room.canonical_alias')?.alias);
}

/** Those who are joined or invited; in a room where nobody else is left, those who were. Never the viewer. */
export function heroesOf(room: Room, viewer: Viewer): string[] {
  const here: string[] = [];
  const gone: string[] = [];
  for (const [userId, { membership }] of room.members) {
    if (userId === viewer.userId || isSteward(userId) || membership === 'knock') continue;
    if (membership === 'join' || membership === 'invite') here.push(userId);
    else if (gone.length < HEROES) gone.push(userId);
    if (here.length === HEROES) break;
  }
  return here.length > 0 ? here : gone;
}
