/** What the rooms offer: commands change a room, queries read it; each takes the `RoomsContext` first. */
export { bareEvent, presentEvents, strippedEvent, type Viewer } from './client-event.ts';
export { createAlias, deleteAlias, lookUpAlias } from './commands/aliases.ts';
export { createRoom, type InitialState, type Preset, type RoomRequest } from './commands/create-room.ts';
export { inviteUser } from './commands/invite.ts';
export { joinRoom, resolveRoom } from './commands/join.ts';
export { banUser, forgetRoom, kickUser, leaveRoom, unbanUser } from './commands/leave.ts';
export { listRoom } from './commands/list-room.ts';
export { redactEvent, type SendTarget, sendEvent, setState } from './commands/send-event.ts';
export { updateProfileInRooms } from './commands/update-profile.ts';
export type { MemberProfile, Profiles, RoomsContext } from './context.ts';
export { canSee, filterVisible } from './queries/history-visibility.ts';
export { type Member, Room, stateKeyOf } from './room.ts';
export { existingRoom, joinedRoom, knownRoom, powerLevelsOfRoom } from './room-access.ts';
export { createRooms, type RoomsOptions } from './rooms.ts';
export { isSteward, STEWARD_LOCALPART, stewardOf } from './steward.ts';
