import { DEFAULT_ROOM_VERSION, supportedRoomVersions } from '../../../protocol/room-versions.ts';
import { LONGEST_DELAY_MS, MOST_DELAYED } from '../../../realtime/index.ts';
import { endpoint } from '../../endpoint.ts';

/** New rooms should not be of these: their state can be taken over or they lack what clients expect by now. */
const LAST_UNSTABLE_ROOM_VERSION = 9;

const roomVersions = Object.fromEntries(
  supportedRoomVersions.map((version) => [
    version,
    Number(version) <= LAST_UNSTABLE_ROOM_VERSION ? 'unstable' : 'stable',
  ]),
);

/** What a client's user may do here, so that it does not offer the rest. */
export const getCapabilities = endpoint('getCapabilities', {}, ({ requester, services }) => ({
  capabilities: {
    'm.change_password': { enabled: requester.restriction !== 'guest' },
    'm.room_versions': { default: DEFAULT_ROOM_VERSION, available: roomVersions },
    'm.profile_fields': { enabled: true },
    'm.set_displayname': { enabled: true },
    'm.set_avatar_url': { enabled: true },
    'org.matrix.msc4140.delayed_events': { max_delay_ms: LONGEST_DELAY_MS, max_scheduled: MOST_DELAYED },
    // MSC4174
    'm.webpush': { enabled: true, vapid: services.webPush.publicKey },
    'org.matrix.msc4174.webpush': { enabled: true, vapid: services.webPush.publicKey },
    'm.delayed_events': { max_delay_ms: LONGEST_DELAY_MS, max_scheduled: MOST_DELAYED },
    'm.3pid_changes': { enabled: services.accounts.emails.areOffered },
    'm.get_login_token': { enabled: true },
    ...(requester.isAdmin && { 'm.account_moderation': { lock: true, suspend: true } }),
  },
}));
