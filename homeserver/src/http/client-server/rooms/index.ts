import type { Endpoint } from '../../endpoint.ts';
import { ban } from './ban.ts';
import { createRoom } from './create-room.ts';
import { forgetRoom } from './forget-room.ts';
import { getEventByTimestamp } from './get-event-by-timestamp.ts';
import { getEventContext } from './get-event-context.ts';
import { getJoinedMembersByRoom } from './get-joined-members-by-room.ts';
import { getJoinedRooms } from './get-joined-rooms.ts';
import { getMembersByRoom } from './get-members-by-room.ts';
import { getOneRoomEvent } from './get-one-room-event.ts';
import { getRoomEvents } from './get-room-events.ts';
import { getRoomState } from './get-room-state.ts';
import { getRoomStateWithKey } from './get-room-state-with-key.ts';
import { getRoomSummary } from './get-room-summary.ts';
import { getSpaceHierarchy } from './get-space-hierarchy.ts';
import { inviteUser } from './invite-user.ts';
import { joinRoom } from './join-room.ts';
import { joinRoomById } from './join-room-by-id.ts';
import { kick } from './kick.ts';
import { knockRoom } from './knock-room.ts';
import { leaveRoom } from './leave-room.ts';
import { redactEvent } from './redact-event.ts';
import { sendMessage } from './send-message.ts';
import { setRoomStateWithKey } from './set-room-state-with-key.ts';
import { unban } from './unban.ts';
import { upgradeRoom } from './upgrade-room.ts';

export const roomEndpoints: readonly Endpoint[] = [
  ban,
  createRoom,
  forgetRoom,
  getEventByTimestamp,
  getEventContext,
  getJoinedMembersByRoom,
  getJoinedRooms,
  getMembersByRoom,
  getOneRoomEvent,
  getRoomEvents,
  getRoomStateWithKey,
  getRoomState,
  getRoomSummary,
  getSpaceHierarchy,
  inviteUser,
  joinRoomById,
  joinRoom,
  kick,
  knockRoom,
  leaveRoom,
  redactEvent,
  sendMessage,
  setRoomStateWithKey,
  unban,
  upgradeRoom,
];
