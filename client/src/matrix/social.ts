import { EventType, type MatrixClient, Preset } from 'matrix-js-sdk';
import { asArray, asObject } from '../lib/parse.ts';
import { listDirectRooms } from './directory.ts';
import { listPartners } from './read-room.ts';

/** What a person does with other people. Every function rejects when the server refuses. */
export interface SocialActions {
  /** Finds or begins the conversation with exactly these people; resolves to its channel ID. */
  openConversation(userIds: readonly string[]): Promise<string>;
  /** Hides everything that somebody says, and their invitations, on all our devices. */
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
  /** Sets the line that others see under our name; an empty one takes it away. */
  setStatus(text: string): Promise<void>;
  setDisplayName(name: string): Promise<void>;
}

export function createSocialActions(
  client: MatrixClient,
  waitForRoom: (roomId: string) => Promise<void>,
): SocialActions {
  return {
    async openConversation(userIds) {
      const existing = findConversation(client, userIds);
      if (existing !== undefined) return existing;
      const { room_id: roomId } = await client.createRoom({
        preset: Preset.TrustedPrivateChat,
        is_direct: true,
        invite: [...userIds],
      });
      await rememberDirect(client, userIds, roomId);
      await waitForRoom(roomId);
      return roomId;
    },
    async block(userId) {
      await client.setIgnoredUsers([...new Set([...client.getIgnoredUsers(), userId])]);
    },
    async unblock(userId) {
      await client.setIgnoredUsers(client.getIgnoredUsers().filter((ignored) => ignored !== userId));
    },
    async setStatus(text) {
      await client.setPresence({ presence: 'online', status_msg: text });
    },
    async setDisplayName(name) {
      await client.setDisplayName(name);
    },
  };
}

function findConversation(client: MatrixClient, userIds: readonly string[]): string | undefined {
  const wanted = [...userIds].sort().join(' ');
  return [...listDirectRooms(client)]
    .map(([roomId]) => roomId)
    .find((roomId) => {
      const room = client.getRoom(roomId);
      if (room?.getMyMembership() !== 'join') return false;
      return [...listPartners(room, client.getSafeUserId())].sort().join(' ') === wanted;
    });
}

/** Adds a room to the conversations with people (Matrix 1.19, "m.direct"). */
export async function rememberDirect(
  client: MatrixClient,
  userIds: readonly string[],
  roomId: string,
): Promise<void> {
  const content = asObject(client.getAccountData(EventType.Direct)?.getContent()) ?? {};
  const direct: Record<string, string[]> = {};
  for (const [partnerId, roomIds] of Object.entries(content))
    direct[partnerId] = asArray(roomIds).map(String);
  for (const userId of userIds) direct[userId] = [...new Set([...(direct[userId] ?? []), roomId])];
  await client.setAccountData(EventType.Direct, direct);
}
