import type { JsonObject } from '../../../protocol/canonical-json.ts';
import type { RoomResult, ShownState } from '../../../sync/index.ts';

/** The part of a room's result that both dialects of sliding sync write alike. What is absent is left out. */
export function presentRoom(room: RoomResult): JsonObject {
  return withoutAbsent({
    initial: room.initial,
    membership: room.membership,
    lists: room.lists && [...room.lists],
    bump_stamp: room.bumpStamp,
    name: room.name,
    avatar: room.avatar,
    heroes: room.heroes?.map(({ userId, displayName, avatarUrl }) =>
      withoutAbsent({ user_id: userId, displayname: displayName, avatar_url: avatarUrl }),
    ),
    is_dm: room.isDirect,
    prev_batch: room.prevBatch,
    limited: room.limited,
    num_live: room.live,
    joined_count: room.joinedCount,
    invited_count: room.invitedCount,
    notification_count: room.notificationCount,
    highlight_count: room.highlightCount,
  });
}

/** State with the event that had set it where there is none any more, without its content. */
export function presentState(state: readonly ShownState[] | undefined): JsonObject[] | undefined {
  return state?.map(({ event }) => event);
}

/** State with a stub where there is none any more. Source: MSC4186, "StateStub". */
export function presentStateWithStubs(state: readonly ShownState[] | undefined): JsonObject[] | undefined {
  return state?.map(({ event, isGone }) =>
    isGone ? withoutAbsent({ type: event.type, state_key: event.state_key }) : event,
  );
}

/** An object without the properties that are undefined. */
export function withoutAbsent(
  properties: Readonly<Record<string, JsonObject[string] | undefined>>,
): JsonObject {
  const present: JsonObject = {};
  for (const [name, value] of Object.entries(properties)) if (value !== undefined) present[name] = value;
  return present;
}
