import { ClientEvent, createClient, type Room } from 'matrix-js-sdk';
import { MatrixRTCSessionEvent } from 'matrix-js-sdk/lib/matrixrtc/index.js';

/**
 * A client made with matrix-js-sdk, as it is, in a process of its own: it watches the call of a room, or joins it.
 *
 * Arguments: `watch` or `join`, `state` or `sticky` (of what its membership is made), the homeserver, the user, the device,
 * the access token, the room. Each time it learns who is in the call, it writes their devices as a line of JSON behind
 * `in call: `; what else it writes is the library's.
 */
const [task, kind, baseUrl = '', userId = '', deviceId = '', accessToken = '', roomId = ''] =
  process.argv.slice(2);

const client = createClient({ baseUrl, userId, deviceId, accessToken });
const synced = new Promise<void>((resolve) => client.once(ClientEvent.Sync, () => resolve()));
await client.startClient({ initialSyncLimit: 1 });
await synced;

const session = client.matrixRTC.getRoomSession(knownRoom());
session.on(MatrixRTCSessionEvent.MembershipsChanged, tell);
await session.initialMembershipCalculated;
tell();
if (task === 'join') {
  const focus = { type: 'livekit', livekit_service_url: `${baseUrl}/livekit/jwt`, livekit_alias: roomId };
  const isSticky = kind === 'sticky';
  // A membership in sticky events names one transport, one in state those that it would take.
  session.joinRTCSession(
    { userId, deviceId, memberId: `${userId}:${deviceId}` },
    isSticky ? [] : [focus],
    isSticky ? focus : undefined,
    { unstableSendStickyEvents: isSticky },
  );
}

function knownRoom(): Room {
  const room = client.getRoom(roomId);
  if (room === null) throw new Error(`${userId} is not in ${roomId}`);
  return room;
}

function tell(): void {
  const devices = session.memberships.map((member) => `${String(member.userId)} ${String(member.deviceId)}`);
  process.stdout.write(`in call: ${JSON.stringify(devices)}\n`);
}
