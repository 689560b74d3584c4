/** What the rooms offer: commands change a room, queries read it; each takes the `RoomsContext` first. */
export { ROOM_ORDERS } from '../storage/index.ts';
export { joinForAdmins, makeRoomAdmin } from './administration/change-rooms.ts';
export { describeChangedRooms } from './administration/describe-rooms.ts';
export {
  forwardExtremities,
  mergeForwardExtremities,
} from './administration/forward-extremities.ts';
export {
  getMembersForAdmins,
  getRoomForAdmins,
  getStateForAdmins,
  getStoredEvent,
  largestRooms,
  listRoomsForAdmins,
} from './administration/look-at-rooms.ts';
export {
  getRedactions,
  type RedactionRequest,
  redactUser,
  requestRedactions,
} from './administration/redact-user.ts';
export { ServerNotices, type ServerNoticesOptions } from './administration/server-notices.ts';
export { presentEvents, strippedEvent, type Viewer } from './client-event.ts';
export { createAlias, deleteAlias, lookUpAlias } from './commands/aliases.ts';
export { blockerOfRoom, setRoomBlocked } from './commands/block-room.ts';
export { createRoom, type InitialState, type Preset, type RoomRequest } from './commands/create-room.ts';
export { inviteUser, requireInvitable } from './commands/invite.ts';
export { type Entrance, findEntrance, joinRoom, resolveEnterable, resolveRoom } from './commands/join.ts';
export { knockOnRoom } from './commands/knock.ts';
export { banUser, forgetRoom, kickUser, leaveRoom, unbanUser } from './commands/leave.ts';
export { leaveByUser } from './commands/leave-by-user.ts';
export { leaveEveryRoom } from './commands/leave-every-room.ts';
export { listRoom } from './commands/list-room.ts';
export { listRoomInNetwork } from './commands/list-room-in-network.ts';
export { type HistoryPurgeRequest, purgeHistory, requestHistoryPurge } from './commands/purge-history.ts';
export {
  purgeLeftovers,
  purgeRoom,
  type RoomPurgeRequest,
  requestRoomPurge,
} from './commands/purge-room.ts';
export { purgeUnneededEvents } from './commands/purge-unneeded.ts';
export { reportEvent, reportRoom, reportUser } from './commands/report.ts';
export { redactEvent, type SendTarget, sendEvent, setState } from './commands/send-event.ts';
export { updateProfileInRooms } from './commands/update-profile.ts';
export { upgradeRoom } from './commands/upgrade-room.ts';
export type { AppServiceNames, MemberProfile, Profiles, RoomsContext } from './context.ts';
export { countedMembers } from './counted-members.ts';
export { acceptMembership } from './handshakes/accept-membership.ts';
export { proposeEvent } from './handshakes/propose-event.ts';
export {
  type HandshakeMembership,
  type MembershipProposal,
  proposeMembership,
  roomForServer,
} from './handshakes/propose-membership.ts';
export { requireAuthorisable } from './handshakes/restricted-join.ts';
export { type OpenEnds, openEndsOf } from './history-gaps.ts';
export { addHistory, type OlderEvents } from './intake/add-history.ts';
export { checkOrigin, dropInvalid } from './intake/check-alone.ts';
export { completePartialState, partialRooms } from './intake/complete-partial-state.ts';
export { isServerIn } from './intake/enter-room.ts';
export type { ForeignState } from './intake/foreign-state.ts';
export type {
  CheckedEvent,
  IntakeContext,
  MissingEvents,
  SignatureCheck,
  SigningKeys,
} from './intake/intake-context.ts';
export { type ForeignJoin, joinWithState } from './intake/join-with-state.ts';
export {
  type OutOfBandMembership,
  receiveMembership,
  strippedStateOf,
} from './intake/out-of-band.ts';
export { hasPlace } from './intake/place.ts';
export { receiveChecked, receiveEvent } from './intake/receive-event.ts';
export { checkForm } from './intake/step-1-form.ts';
export type { Received } from './intake/take-in.ts';
export { PushEvaluator } from './notifications/push-evaluator.ts';
export { type UserSettings, UserSettingsCache } from './notifications/user-settings.ts';
export type {
  DescriptionRequest,
  InviteElsewhere,
  MembershipElsewhere,
  OtherServers,
  RoomElsewhere,
  SpaceElsewhere,
} from './other-servers.ts';
export { followPeople } from './people/follow-people.ts';
export { POLICY_KEY_ID } from './policy/policy-key.ts';
export { isPolicyEvent, missingPolicySignature, policyServerOf } from './policy/policy-server.ts';
export { signAsPolicyServer } from './policy/sign-as-policy-server.ts';
export { type EventContext, getContext } from './queries/context.ts';
export { departureOf } from './queries/departure.ts';
export { getEvent } from './queries/event.ts';
export { passesFilter } from './queries/event-filter.ts';
export { getHierarchy } from './queries/hierarchy.ts';
export { getHierarchyForServer } from './queries/hierarchy-for-server.ts';
export { filterVisible, type Onlooker } from './queries/history-visibility.ts';
export { getJoinedRooms, getMembershipsOf } from './queries/joined-rooms.ts';
export { getLocalAliases } from './queries/local-aliases.ts';
export { getJoinedMembers, getMembers } from './queries/members.ts';
export { getMessages } from './queries/messages.ts';
export { getMutualRooms } from './queries/mutual-rooms.ts';
export { getPublicRooms, getVisibility, type PublicRoomsRequest } from './queries/public-rooms.ts';
export {
  getHistoryPurge,
  getPurgesOfRoom,
  getRoomPurge,
  type PurgeStatus,
  type RoomPurgeStatus,
} from './queries/purge-status.ts';
export { getRelations, type RelationsRequest } from './queries/relations.ts';
export {
  deleteReport,
  getEventReport,
  getUserReport,
  listEventReports,
  listUserReports,
} from './queries/reports.ts';
export { getEventAnywhere, getRoomSnapshot, type RoomSnapshot } from './queries/room-snapshot.ts';
export { getRoomSummary } from './queries/room-summary.ts';
export { mayTakePart, requireServerAllowed, serversIn } from './queries/server-acl.ts';
export { hiddenFromServer, isServerJoined } from './queries/server-visibility.ts';
export { getState, getStateEvent } from './queries/state.ts';
export { authChainOf, stateBeforeEvent } from './queries/state-for-servers.ts';
export { describeRoom, introducingEvents } from './queries/stripped-state.ts';
export { getThreads } from './queries/threads.ts';
export { readTimeline } from './queries/timeline.ts';
export { getEventByTimestamp, lastBefore } from './queries/timestamp-to-event.ts';
export { filterRelated } from './relations/related-by.ts';
export { type Member, Room, stateKeyOf } from './room.ts';
export { existingRoom, findRoom, joinedRoom, powerLevelsOfRoom } from './room-access.ts';
export { ENTERED, HANDED_OVER } from './room-writer.ts';
export { createRooms, type RoomsOptions } from './rooms.ts';
export { indexEvents } from './search/index-events.ts';
export { searchEvents } from './search/search-events.ts';
export { SEARCH_KEYS } from './search/searchable-text.ts';
export { isSteward, STEWARD_LOCALPART } from './steward.ts';
export { eventsForServers } from './wire-events.ts';
