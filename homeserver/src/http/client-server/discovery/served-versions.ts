import type { Endpoint } from '../../endpoint.ts';
import { allOperations } from '../../specification/specification.ts';

/** The newest version of the specification whose operations the data has. */
const NEWEST_MINOR = 19;

/** Flags of `unstable_features`, and the endpoints that clients expect behind them. */
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  // Cross-signing (v1.1).
  'org.matrix.e2e_cross_signing': ['uploadCrossSigningKeys', 'uploadCrossSigningSignatures'],
  // Private read receipts, `m.read.private` in read markers (v1.4).
  'org.matrix.msc2285.stable': ['postReceipt', 'setReadMarker'],
  // Threads, their receipts and their counts (v1.4).
  'org.matrix.msc3440.stable': ['getThreadRoots', 'getRelatingEvents'],
  'org.matrix.msc3771': ['postReceipt', 'getThreadRoots'],
  'org.matrix.msc3773': ['sync', 'getThreadRoots'],
  // Types of rooms in the directory (v1.4).
  'org.matrix.msc3827.stable': ['queryPublicRooms'],
  // Pinging an application service (v1.7).
  'fi.mau.msc2659.stable': ['pingAppservice'],
  // Relations of relations (v1.10).
  'org.matrix.msc3981': ['getRelatingEvents'],
  // Authenticated media (v1.11).
  'org.matrix.msc3916.stable': ['getContentAuthed', 'getContentThumbnailAuthed', 'getConfigAuthed'],
  // Profile fields beside name and avatar (v1.16).
  'uk.tcpip.msc4133.stable': ['setProfileField', 'getProfileField', 'deleteProfileField'],
  // Rooms that two people share (v1.19).
  'uk.half-shot.msc2666.query_mutual_rooms.stable': ['getMutualRooms'],
  // Sliding sync (MSC4186), in the form of before it was merged.
  'org.matrix.simplified_msc3575': ['slidingSyncUnstable'],
  // Rendezvous of two devices, of which one signs the other in with a QR code.
  'org.matrix.msc4108': ['msc4108Open', 'msc4108Read', 'msc4108Replace', 'msc4108Close'],
  'io.element.msc4388': ['msc4388Open', 'msc4388Read', 'msc4388Replace', 'msc4388Close'],
  // Delayed events, in the form with a query parameter and in the merged one.
  'org.matrix.msc4140': ['sendDelayedEvent', 'getDelayedEvents', 'updateDelayedEvent'],
  'org.matrix.msc4140.stable': ['sendDelayedEvent', 'getDelayedEvents', 'updateDelayedEvent'],
  // Where calls take place.
  'org.matrix.msc4143': ['getRtcTransports'],
  // Lists of those who may invite.
  'org.matrix.msc4155': ['inviteUser', 'setAccountData', 'sync'],
  // Sticky events.
  'org.matrix.msc4354': ['sendMessage', 'setRoomStateWithKey', 'sync'],
  // The room's state after the timeline, as it was before v1.16.
  'org.matrix.msc4222': ['sync'],
  // Guilds, channels and invite links (docs/guildhall-api.md).
  'io.guildhall.guilds': ['guildhallCreateGuild', 'guildhallCreateChannel', 'guildhallCreateInvite'],
};

/**
 * The versions of the specification that a route table serves: those of which, and of those before, every operation has
 * an endpoint.
 */
export function servedVersions(endpoints: readonly Endpoint[]): string[] {
  const served = new Set(endpoints.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`)));
  const missing = allOperations().flatMap(({ method, path, added = '1.1' }) =>
    served.has(`${method} ${path}`) ? [] : [minorOf(added)],
  );
  const first = Math.min(...missing);
  return Array.from({ length: NEWEST_MINOR }, (_unused, index) => index + 1)
    .filter((minor) => minor < first)
    .map((minor) => `v1.${minor}`);
}

/** The flags of what a route table serves. */
export function servedFeatures(endpoints: readonly Endpoint[]): Record<string, true> {
  const names = new Set(endpoints.map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(FEATURES).flatMap(([flag, expected]) =>
      expected.every((name) => names.has(name)) ? [[flag, true as const]] : [],
    ),
  );
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
