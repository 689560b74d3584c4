import type { JsonObject } from '../protocol/canonical-json.ts';
import { createRoom, existingRoom, type InitialState, isSteward, type Room } from '../rooms/index.ts';
import type { GuildsContext } from './context.ts';
import { joinChannel } from './follow-membership.ts';
import { guildOf, noSuchCategory, requireLevelFor, roomsOfGuild } from './guild-tree.ts';
import { placeChild } from './move-channel.ts';

/** What a new channel is to be. */
export interface ChannelRequest {
  readonly name: string;
  /** A category is a space in the guild's space; a forum is a text channel that says that it is one. */
  readonly kind: 'text' | 'forum' | 'category';
  readonly topic?: string | undefined;
  /** The room ID of the category that it goes into. */
  readonly category?: string | undefined;
}

/** A channel, as lists show it. */
export interface ChannelSummary {
  readonly room_id: string;
  readonly name: string;
}

/** The state event that makes a channel a forum; documented in docs/guildhall-api.md. */
const FORUM = 'io.guildhall.forum';

/** How many members a new channel is created with; the others join right after. */
const MEMBERS_AT_CREATION = 100;

/**
 * Creates a channel or a category, and brings every member of the guild into it.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, 403 `M_FORBIDDEN`, 400
 * `M_INVALID_PARAM` for a category that is none.
 */
export async function createChannel(
  context: GuildsContext,
  userId: string,
  guildId: string,
  request: ChannelRequest,
): Promise<ChannelSummary> {
  const guild = await guildOf(context, guildId, userId);
  requireLevelFor(guild, userId, 'm.space.child', 'create channels');
  const parent = await parentOf(context, guild, request);

  const roomId = await createRoom(context.rooms, context.steward, {
    preset: 'private_chat',
    name: request.name,
    ...(request.topic === undefined ? {} : { topic: request.topic }),
    ...(request.kind === 'category' ? { creationContent: { type: 'm.space' } } : {}),
    initialState: [
      ...channelState(context, guild, parent),
      ...(request.kind === 'forum' ? [{ type: FORUM, stateKey: '', content: { tags: [] } }] : []),
    ],
    powerLevelOverride: channelPowerLevels(guild),
    members: joinedPeople(guild).slice(0, MEMBERS_AT_CREATION),
  });
  await placeChild(context, parent, roomId, { sender: context.steward });
  // Once the channel is listed, whoever joins the guild is brought in by that; those who came meanwhile, here.
  const channel = await existingRoom(context.rooms, roomId);
  for (const member of joinedPeople(guild)) {
    if (channel.membershipOf(member) !== 'join') await joinChannel(context, member, roomId);
  }
  return { room_id: roomId, name: request.name };
}

function joinedPeople(guild: Room): string[] {
  return [...guild.members]
    .filter(([member, { membership }]) => membership === 'join' && !isSteward(member))
    .map(([member]) => member);
}

async function parentOf(context: GuildsContext, guild: Room, request: ChannelRequest): Promise<Room> {
  if (request.category === undefined) return guild;
  if (request.kind === 'category') throw noSuchCategory();
  const rooms = await roomsOfGuild(context, guild);
  const found = rooms.find(({ room }) => room.roomId === request.category && room.roomType === 'm.space');
  if (found === undefined) throw noSuchCategory();
  return found.room;
}

function channelState(context: GuildsContext, guild: Room, parent: Room): InitialState[] {
  const allow = [{ type: 'm.room_membership', room_id: guild.roomId }];
  const parentContent = { via: [context.serverName], canonical: true };
  return [
    { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'restricted', allow } },
    { type: 'm.space.parent', stateKey: parent.roomId, content: parentContent },
  ];
}

/** A channel is governed as its guild is. */
function channelPowerLevels(guild: Room): JsonObject {
  return guild.content('m.room.power_levels') ?? {};
}
