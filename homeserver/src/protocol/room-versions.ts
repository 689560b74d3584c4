/**
 * What differs between room versions, as data. Code asks for a rule ("may members knock?"), never for a number.
 *
 * Source: specification v1.19, Room versions 1 to 12.
 */
export interface RoomVersionRules {
  /** The room version's identifier, for instance `"12"`. */
  readonly version: string;

  /**
   * How an event is named: `in-event` is an opaque `event_id` chosen by the sender's server (1, 2), `base64` is `$` and
   * the reference hash in standard base64 (3), `base64url` the same in URL-safe base64 (4 and on).
   */
  readonly eventIdFormat: 'in-event' | 'base64' | 'base64url';
  /** On the wire `prev_events` and `auth_events` are pairs of ID and hashes, not plain IDs (1, 2). */
  readonly referencesCarryHashes: boolean;
  /** Numbers must be integers within ±(2^53-1), and `depth` stays below 2^53 (6 and on). */
  readonly strictCanonicalJson: boolean;
  /** The state resolution algorithm. */
  readonly stateResolution: 'v1' | 'v2' | 'v2.1';
  /** Signatures count only from keys that were valid at the event's `origin_server_ts` (5 and on). */
  readonly enforceKeyValidity: boolean;

  /** The redaction algorithm. */
  readonly redaction: RedactionRules;
  /** `redacts` is in the content of `m.room.redaction`, not at its top level (11 and on). */
  readonly redactsInContent: boolean;
  /** Whether a redaction may be sent at all is an authorisation rule (1, 2); later it is decided when it is applied. */
  readonly redactionIsAuthRule: boolean;

  /** `m.room.aliases` has an authorisation rule of its own (1 to 5). */
  readonly aliasesAuthRule: boolean;
  /** Changes of `notifications` in power levels are checked as those of `events` are (6 and on). */
  readonly checkNotificationLevels: boolean;
  /** Power levels must be integers; before, strings with an integer and fractions counted too (10 and on). */
  readonly integerPowerLevels: boolean;

  /** Join rule and membership `knock` (7 and on). */
  readonly knock: boolean;
  /** Join rule `restricted` (8 and on). */
  readonly restricted: boolean;
  /** Join rule `knock_restricted` (10 and on). */
  readonly knockRestricted: boolean;

  /** The creator is the sender of `m.room.create`; before, it is `content.creator` (11 and on). */
  readonly creatorIsSender: boolean;
  /** The room's ID is the reference hash of its create event, which has no `room_id` and is in no `auth_events` (12 and on). */
  readonly roomIdIsCreateHash: boolean;
  /** `content.additional_creators` of the create event counts, creators stand above all power levels (12 and on). */
  readonly creatorsHaveInfinitePower: boolean;
}

/** Which keys a redaction leaves, where the versions differ. */
export interface RedactionRules {
  /** Top-level `origin`, `membership` and `prev_state` stay (1 to 10). */
  readonly keepsOriginMembershipPrevState: boolean;
  /** `aliases` of `m.room.aliases` stays (1 to 5). */
  readonly keepsAliases: boolean;
  /** `allow` of `m.room.join_rules` stays (8 and on). */
  readonly keepsJoinRulesAllow: boolean;
  /** `join_authorised_via_users_server` of `m.room.member` stays (9 and on). */
  readonly keepsJoinAuthorisedVia: boolean;
  /** `third_party_invite.signed` of `m.room.member` stays (11 and on). */
  readonly keepsThirdPartyInviteSigned: boolean;
  /** The whole content of `m.room.create` stays; before, only `creator` (11 and on). */
  readonly keepsCreateContent: boolean;
  /** `invite` of `m.room.power_levels` stays (11 and on). */
  readonly keepsInviteLevel: boolean;
  /** `redacts` in the content of `m.room.redaction` stays (11 and on). */
  readonly keepsRedacts: boolean;
}

const V1: RoomVersionRules = {
  version: '1',
  eventIdFormat: 'in-event',
  referencesCarryHashes: true,
  strictCanonicalJson: false,
  stateResolution: 'v1',
  enforceKeyValidity: false,
  redaction: {
    keepsOriginMembershipPrevState: true,
    keepsAliases: true,
    keepsJoinRulesAllow: false,
    keepsJoinAuthorisedVia: false,
    keepsThirdPartyInviteSigned: false,
    keepsCreateContent: false,
    keepsInviteLevel: false,
    keepsRedacts: false,
  },
  redactsInContent: false,
  redactionIsAuthRule: true,
  aliasesAuthRule: true,
  checkNotificationLevels: false,
  integerPowerLevels: false,
  knock: false,
  restricted: false,
  knockRestricted: false,
  creatorIsSender: false,
  roomIdIsCreateHash: false,
  creatorsHaveInfinitePower: false,
};

const V2: RoomVersionRules = { ...V1, version: '2', stateResolution: 'v2' };

const V3: RoomVersionRules = {
  ...V2,
  version: '3',
  eventIdFormat: 'base64',
  referencesCarryHashes: false,
  redactionIsAuthRule: false,
};

const V4: RoomVersionRules = { ...V3, version: '4', eventIdFormat: 'base64url' };

const V5: RoomVersionRules = { ...V4, version: '5', enforceKeyValidity: true };

const V6: RoomVersionRules = {
  ...V5,
  version: '6',
  strictCanonicalJson: true,
  redaction: { ...V5.redaction, keepsAliases: false },
  aliasesAuthRule: false,
  checkNotificationLevels: true,
};

const V7: RoomVersionRules = { ...V6, version: '7', knock: true };

const V8: RoomVersionRules = {
  ...V7,
  version: '8',
  restricted: true,
  redaction: { ...V7.redaction, keepsJoinRulesAllow: true },
};

const V9: RoomVersionRules = {
  ...V8,
  version: '9',
  redaction: { ...V8.redaction, keepsJoinAuthorisedVia: true },
};

const V10: RoomVersionRules = { ...V9, version: '10', integerPowerLevels: true, knockRestricted: true };

const V11: RoomVersionRules = {
  ...V10,
  version: '11',
  redaction: {
    ...V10.redaction,
    keepsOriginMembershipPrevState: false,
    keepsThirdPartyInviteSigned: true,
    keepsCreateContent: true,
    keepsInviteLevel: true,
    keepsRedacts: true,
  },
  redactsInContent: true,
  creatorIsSender: true,
};

const V12: RoomVersionRules = {
  ...V11,
  version: '12',
  stateResolution: 'v2.1',
  roomIdIsCreateHash: true,
  creatorsHaveInfinitePower: true,
};

const TABLE: ReadonlyMap<string, RoomVersionRules> = new Map(
  [V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12].map((rules) => [rules.version, rules]),
);

/** The room version of new rooms that ask for none. */
export const DEFAULT_ROOM_VERSION = '12';

/** Every room version that can be created and joined, oldest first. */
export const supportedRoomVersions: readonly string[] = [...TABLE.keys()];

/** The rules of a room version, or undefined if it is unknown. */
export function roomVersionRules(version: string): RoomVersionRules | undefined {
  return TABLE.get(version);
}
