import type { Room } from '../room.ts';

/** Whether guests may be in a room. Source: Client-Server API v1.19, "Guest Access". */
export function allowsGuests(room: Room): boolean {
  return room.content('m.room.guest_access')?.guest_access === 'can_join';
}
