import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { PushOutcome } from '../../protocol/push-rules/index.ts';
import type { Room } from '../../rooms/index.ts';
import type { StoredEvent, StoredPusher } from '../../storage/index.ts';

/** What a notification tells of. */
export interface Notified {
  readonly event: StoredEvent;
  readonly room: Room;
  readonly userId: string;
  readonly senderName: string | undefined;
  readonly outcome: PushOutcome;
}

/**
 * A notification as a push gateway takes it.
 *
 * Source: Push Gateway API v1.19, `POST /_matrix/push/v1/notify`.
 * @param notified undefined to tell of nothing but the number of rooms with something unread.
 * @param badge that number.
 */
export function notificationFor(
  pusher: StoredPusher,
  notified: Notified | undefined,
  badge: number,
): JsonObject {
  const counts: JsonObject = { unread: badge };
  const { url: _url, ...data } = JSON.parse(pusher.data) as JsonObject;
  const device: JsonObject = {
    app_id: pusher.appId,
    pushkey: pusher.pushkey,
    pushkey_ts: Math.floor(pusher.createdTs / 1000),
    data,
  };
  if (notified === undefined) return { counts, devices: [device] };
  const { event, room, outcome } = notified;
  const named = { event_id: event.eventId, room_id: room.roomId, counts };
  if (data.format === 'event_id_only') return { ...named, devices: [device] };
  return { ...named, ...details(notified), devices: [{ ...device, tweaks: tweaksOf(outcome) }] };
}

function details({ event, room, userId, senderName, outcome }: Notified): JsonObject {
  const { type, sender, state_key: stateKey, content } = event.pdu;
  const { name } = room.content('m.room.name') ?? {};
  const { alias } = room.content('m.room.canonical_alias') ?? {};
  // As Synapse: what cannot be read on the way may be important.
  const isLoud = Object.keys(tweaksOf(outcome)).length > 0;
  return {
    type,
    sender,
    prio: isLoud || type === 'm.room.encrypted' ? 'high' : 'low',
    content,
    ...(senderName === undefined ? {} : { sender_display_name: senderName }),
    ...(typeof name === 'string' ? { room_name: name } : {}),
    ...(typeof alias === 'string' ? { room_alias: alias } : {}),
    ...(type === 'm.room.member' ? { user_is_target: stateKey === userId } : {}),
  };
}

/** How a notification is to be shown: with which sound, and whether it stands out. */
function tweaksOf({ actions, highlight }: PushOutcome): JsonObject {
  const tweaks: JsonObject = {};
  for (const action of actions) {
    if (typeof action === 'string' || action.set_tweak === 'highlight') continue;
    tweaks[action.set_tweak] = action.value ?? true;
  }
  return highlight ? { ...tweaks, highlight: true } : tweaks;
}
