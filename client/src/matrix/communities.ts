import type { MatrixClient } from 'matrix-js-sdk';
import * as guilds from '../lib/homeserver/guilds.ts';
import type { Access } from '../lib/homeserver/session.ts';
import { buildChannelTree, listChannels } from './channel-tree.ts';
import { createDirectory, fetchUnjoinedRooms, type UnjoinedRooms } from './directory.ts';
import { forumType } from './forum.ts';
import { createChild, createSpace, inEachChild, isKeptByServer } from './plain-spaces.ts';
import { readState, slowModeType } from './read-room.ts';
import { probeServer } from './server-abilities.ts';
import { rememberDirect } from './social.ts';
import type { ForumTag } from './types.ts';

declare module 'matrix-js-sdk/lib/types.js' {
  interface StateEvents {
    [slowModeType]: { seconds: number };
    [forumType]: { tags: { id: string; name: string }[] };
  }
}

/** How long we wait for sync to bring what a request made, in milliseconds. */
const arrivalTimeout = 15_000;

/** An invite with the address that is sent to people. */
export interface InviteLink extends guilds.InviteDetails {
  readonly link: string;
}

/** What a person does with guilds, channels and conversations. Every function rejects when the server refuses. */
export interface CommunityActions {
  /** Creates a guild and resolves when it and its first channel are there. */
  createGuild(
    request: guilds.GuildRequest,
  ): Promise<{ readonly guildId: string; readonly firstChannelId: string | undefined }>;
  createChannel(guildId: string, request: guilds.ChannelRequest): Promise<string>;
  createInvite(guildId: string, limits?: guilds.InviteLimits): Promise<InviteLink>;
  /** The invite links that hold, the newest first. */
  listInvites(guildId: string): Promise<readonly InviteLink[]>;
  revokeInvite(guildId: string, code: string): Promise<void>;
  invite(roomId: string, userId: string): Promise<void>;
  acceptInvite(roomId: string): Promise<void>;
  declineInvite(roomId: string): Promise<void>;
  /** Comes in; `via` are servers that know the way to a channel that ours does not know. */
  joinChannel(channelId: string, via?: readonly string[]): Promise<void>;
  /** The room ID of an alias. */
  resolveAlias(alias: string): Promise<string>;
  kick(roomId: string, userId: string, reason: string): Promise<void>;
  ban(roomId: string, userId: string, reason: string): Promise<void>;
  unban(roomId: string, userId: string): Promise<void>;
  leaveGuild(guildId: string): Promise<void>;
  /** Ends a guild for everybody. */
  closeGuild(guildId: string): Promise<void>;
  /** Ends a channel for everybody, or a category, whose channels stay. */
  closeChannel(guildId: string, channelId: string): Promise<void>;
  moveChannel(guildId: string, channelId: string, place: guilds.ChannelPlace): Promise<void>;
  leaveChannel(channelId: string): Promise<void>;
  renameChannel(channelId: string, name: string): Promise<void>;
  setTopic(channelId: string, topic: string): Promise<void>;
  /** Says how long people wait from one message to the next, in seconds; 0 for not at all. */
  setSlowMode(channelId: string, seconds: number): Promise<void>;
  /** Says what posts of a forum can be marked with. */
  setForumTags(channelId: string, tags: readonly ForumTag[]): Promise<void>;
}

export function createCommunityActions(client: MatrixClient, readAccess: () => Access): CommunityActions {
  const addLink = (invite: guilds.InviteDetails): InviteLink => ({
    ...invite,
    link: `${client.getHomeserverUrl()}/invite/${encodeURIComponent(invite.code)}`,
  });
  const waitForRoom = (roomId: string): Promise<void> => waitForArrival(client, roomId);
  // What is done to a member of a guild holds in its channels: the server that keeps it sees to that, else we do.
  const remove = async (roomId: string, act: (roomId: string) => Promise<unknown>): Promise<void> => {
    await act(roomId);
    if (!isKeptByServer(client, roomId)) await inEachChild(client, roomId, act);
  };

  return {
    async createGuild(request) {
      const { hasGuilds } = await probeServer(client);
      const created = hasGuilds
        ? await guilds.createGuild(readAccess(), request)
        : await createSpace(client, request);
      await waitForRoom(created.guildId);
      if (created.firstChannelId) await waitForRoom(created.firstChannelId);
      return created;
    },
    async createChannel(guildId, request) {
      const roomId = isKeptByServer(client, guildId)
        ? await guilds.createChannel(readAccess(), guildId, request)
        : await createChild(client, guildId, request);
      await waitForRoom(roomId);
      return roomId;
    },
    createInvite: async (guildId, limits) =>
      addLink(await guilds.createInvite(readAccess(), guildId, limits)),
    listInvites: async (guildId) => (await guilds.listInvites(readAccess(), guildId)).map(addLink),
    revokeInvite: (guildId, code) => guilds.revokeInvite(readAccess(), guildId, code),
    async invite(roomId, userId) {
      await client.invite(roomId, userId);
    },
    async acceptInvite(roomId) {
      const room = client.getRoom(roomId);
      const inviterId = room?.getMember(client.getSafeUserId())?.getDMInviter();
      await client.joinRoom(roomId);
      await waitForRoom(roomId);
      if (inviterId) await rememberDirect(client, [inviterId], roomId);
      if (client.getRoom(roomId)?.isSpaceRoom()) await joinChannels(client, roomId);
    },
    async declineInvite(roomId) {
      await client.leave(roomId);
    },
    async joinChannel(channelId, via = []) {
      await client.joinRoom(channelId, { viaServers: [...via] });
      await waitForRoom(channelId);
    },
    resolveAlias: async (alias) => (await client.getRoomIdForAlias(alias)).room_id,
    async kick(roomId, userId, reason) {
      await remove(roomId, (id) => client.kick(id, userId, reason || undefined));
    },
    async ban(roomId, userId, reason) {
      await remove(roomId, (id) => client.ban(id, userId, reason || undefined));
    },
    async unban(roomId, userId) {
      await remove(roomId, (id) => client.unban(id, userId));
    },
    async closeGuild(guildId) {
      await guilds.closeGuild(readAccess(), guildId);
      await waitForMembership(client, guildId, false);
    },
    async closeChannel(guildId, channelId) {
      await guilds.closeChannel(readAccess(), guildId, channelId);
      await waitForMembership(client, channelId, false);
    },
    moveChannel: (guildId, channelId, place) => guilds.moveChannel(readAccess(), guildId, channelId, place),
    leaveGuild: (guildId) => leaveGuild(client, guildId),
    async leaveChannel(channelId) {
      await client.leave(channelId);
    },
    async renameChannel(channelId, name) {
      await client.setRoomName(channelId, name);
    },
    async setTopic(channelId, topic) {
      await client.setRoomTopic(channelId, topic);
    },
    async setForumTags(channelId, tags) {
      await client.sendStateEvent(channelId, forumType, {
        tags: tags.map(({ tagId, name }) => ({ id: tagId, name })),
      });
    },
    async setSlowMode(channelId, seconds) {
      const room = client.getRoom(channelId);
      const before = room ? readState(room, slowModeType)?.getContent() : undefined;
      await client.sendStateEvent(channelId, slowModeType, { ...before, seconds });
    },
  };
}

/** Joins every channel of a guild that lets its members in. Channels that do not are no failure: they are private. */
async function joinChannels(client: MatrixClient, guildId: string): Promise<void> {
  const unjoined = await fetchUnjoinedRooms(client, guildId).catch((): UnjoinedRooms => new Map());
  for (const { roomId } of unjoined.values()) await client.joinRoom(roomId).catch(() => undefined);
}

/** Leaves a guild from the inside out, so that a failure on the way leaves us able to try again. */
async function leaveGuild(client: MatrixClient, guildId: string): Promise<void> {
  const tree = buildChannelTree(guildId, createDirectory(client, new Map()));
  const channelIds = listChannels(tree).map((channel) => channel.channelId);
  const inside = [...channelIds, ...tree.categories.map((category) => category.categoryId)];
  for (const roomId of inside) await client.leave(roomId).catch(() => undefined);
  await client.leave(guildId);
}

/** Waits until sync has brought a room that we joined; gives up silently, because the request itself did succeed. */
export async function waitForArrival(client: MatrixClient, roomId: string): Promise<void> {
  await waitForMembership(client, roomId, true);
}

/** Waits until sync says that we are in a room, or are not; gives up silently. */
async function waitForMembership(client: MatrixClient, roomId: string, isIn: boolean): Promise<void> {
  const deadline = Date.now() + arrivalTimeout;
  const isSo = (): boolean => (client.getRoom(roomId)?.getMyMembership() === 'join') === isIn;
  while (!isSo() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 40));
}
