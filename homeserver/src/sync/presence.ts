import type { JsonObject } from '../protocol/canonical-json.ts';
import type { PresenceContent } from '../realtime/index.ts';
import type { JoinedEntry } from './affected-rooms.ts';
import type { Frame, SyncContext } from './frame.ts';

/**
 * The presence of those who share a room with the viewer: who is there, in an initial sync; then what has changed, and
 * that of people with whom they share a room only now.
 *
 * Source: Client-Server API v1.19, "Presence".
 */
export async function presenceOf(
  context: SyncContext,
  { viewer, filter, since }: Frame,
  entries: readonly JoinedEntry[],
): Promise<JsonObject[]> {
  const { presence } = context.realtime;
  const changed = await presence.presenceSince(viewer.userId, since?.ephemeral);
  const found = new Map(changed.map(({ userId, content }) => [userId, content]));
  for (const userId of since === undefined ? [] : await newcomers(context, entries)) {
    if (found.has(userId) || userId === viewer.userId) continue;
    const content = presence.contentOf(userId);
    if (content.presence !== 'offline') found.set(userId, content);
  }
  return [...found]
    .filter(([userId]) => filter.wantsPresence(userId))
    .map(([sender, content]) => ({ type: 'm.presence', sender, content: toJson(content) }));
}

/** Whom the viewer may have come to share a room with. */
async function newcomers(
  { rooms: { storage } }: SyncContext,
  entries: readonly JoinedEntry[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { room, changes, isNew } of entries) {
    if (isNew) {
      for (const [userId, { membership }] of room.members) if (membership === 'join') found.add(userId);
    } else if (changes.membersChanged && changes.events !== undefined) {
      for (const { pdu } of await storage.events.getAll(changes.events.map((event) => event.nid))) {
        const isJoin = pdu.type === 'm.room.member' && pdu.content.membership === 'join';
        if (isJoin && pdu.state_key !== undefined) found.add(pdu.state_key);
      }
    }
  }
  return found;
}

function toJson(content: PresenceContent): JsonObject {
  return { ...content };
}
