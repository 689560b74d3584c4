import { type Requester, refuseGuest, refuseLocked, refuseSuspended } from '../accounts/index.ts';
import type { Endpoint } from './endpoint.ts';

/** What works while an account is locked. Source: Client-Server API v1.19, "Account locking". */
const LOCKED_MAY: ReadonlySet<string> = new Set(['logout', 'logout_all']);

/**
 * What suspended users may do beside reading: stay in sync, leave, take back what they have said (their own, which the
 * handler checks), keep their keys, and manage or end the account. Source: Client-Server API v1.19, "Account
 * suspension"; receipts, filters and account data as in Synapse.
 */
const SUSPENDED_MAY: ReadonlySet<string> = new Set([
  'logout',
  'logout_all',
  'updateDevice',
  'deleteDevice',
  'deleteDevices',
  'deactivateAccount',
  'changePassword',
  'post3PIDs',
  'add3PID',
  'leaveRoom',
  'forgetRoom',
  'redactEvent',
  'defineFilter',
  'slidingSync',
  'slidingSyncUnstable',
  'queryPublicRooms',
  'search',
  'searchUserDirectory',
  'postReceipt',
  'setReadMarker',
  'setAccountData',
  'setAccountDataPerRoom',
  'setRoomTag',
  'deleteRoomTag',
  'postPusher',
  'setPushRule',
  'deletePushRule',
  'setPushRuleEnabled',
  'setPushRuleActions',
  'uploadKeys',
  'queryKeys',
  'claimKeys',
  'sendToDevice',
  'uploadCrossSigningKeys',
  'uploadCrossSigningSignatures',
  'postRoomKeysVersion',
  'putRoomKeysVersion',
  'deleteRoomKeysVersion',
  'putRoomKeyBySessionId',
  'deleteRoomKeyBySessionId',
  'putRoomKeysByRoomId',
  'deleteRoomKeysByRoomId',
  'putRoomKeys',
  'deleteRoomKeys',
]);

/**
 * What guests may do. Source: Client-Server API v1.19, "Guest Access", and what clients need besides, as in Synapse:
 * capabilities, filters, push rules, joining by alias, relations, receipts, logging out. A profile is changed in part only,
 * which the accounts see to.
 */
const GUESTS_MAY: ReadonlySet<string> = new Set([
  'getVersions',
  'getRtcTransports',
  'getLiveKitToken',
  'delegateDelayedLeave',
  'requestOpenIdToken',
  'sendDelayedEvent',
  'getDelayedEvents',
  'getDelayedEvent',
  'getCapabilities',
  'getTokenOwner',
  'logout',
  'logout_all',
  'sync',
  'slidingSync',
  'slidingSyncUnstable',
  'defineFilter',
  'getFilter',
  'getPushRules',
  'getPushRulesGlobal',
  'peekEvents',
  'roomInitialSync',
  'getRoomState',
  'getRoomStateWithKey',
  'setRoomStateWithKey',
  'getEventContext',
  'getOneRoomEvent',
  'getRoomEvents',
  'getMembersByRoom',
  'getJoinedRooms',
  'getRelatingEvents',
  'getRelatingEventsWithRelType',
  'getRelatingEventsWithRelTypeAndEventType',
  'getRoomSummary',
  'joinRoom',
  'joinRoomById',
  'leaveRoom',
  'forgetRoom',
  'sendMessage',
  'postReceipt',
  'setReadMarker',
  'sendToDevice',
  'getContentAuthed',
  'getContentOverrideNameAuthed',
  'getContentThumbnailAuthed',
  'getUserProfile',
  'getProfileField',
  'setProfileField',
  'getDevices',
  'getDevice',
  'updateDevice',
  'uploadKeys',
  'queryKeys',
  'claimKeys',
]);

/**
 * Refuses what an account may not do.
 * @throws {MatrixError} 401 `M_USER_LOCKED`, 403 `M_USER_SUSPENDED`, 403 `M_GUEST_ACCESS_FORBIDDEN`
 */
export function checkRestriction(
  { name, method }: Pick<Endpoint, 'name' | 'method'>,
  requester: Requester,
): void {
  if (requester.restriction === undefined || LOCKED_MAY.has(name)) return;
  refuseLocked(requester.restriction);
  if (method !== 'GET' && !SUSPENDED_MAY.has(name)) refuseSuspended(requester);
  if (!GUESTS_MAY.has(name)) refuseGuest(requester);
}
