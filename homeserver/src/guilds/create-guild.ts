import { createRoom, type InitialState } from '../rooms/index.ts';
import type { GuildsContext } from './context.ts';
import { type ChannelSummary, createChannel } from './create-channel.ts';

/** What a new guild is to be. */
export interface GuildRequest {
  readonly name: string;
  readonly topic?: string | undefined;
  /** An `mxc://` URI. */
  readonly avatarUrl?: string | undefined;
}

/** The owner's level: the highest ordinary one, that of power levels and tombstone, so that any client can govern. */
const OWNER_LEVEL = 150;

/**
 * Creates a guild: a space that the steward creates and the owner governs, with one text channel in it.
 *
 * @returns the space's room ID, which is the guild's, and its channels.
 */
export async function createGuild(
  context: GuildsContext,
  owner: string,
  request: GuildRequest,
): Promise<{ guildId: string; channels: ChannelSummary[] }> {
  const guildId = await createRoom(context.rooms, context.steward, {
    preset: 'private_chat',
    name: request.name,
    ...(request.topic === undefined ? {} : { topic: request.topic }),
    creationContent: { type: 'm.space' },
    initialState: avatarState(request.avatarUrl),
    powerLevelOverride: guildPowerLevels(owner),
    members: [owner],
  });
  const general = await createChannel(context, owner, guildId, { name: 'general', kind: 'text' });
  return { guildId, channels: [general] };
}

/**
 * Power levels of a guild's space and of its channels: the owner above everybody, what shapes the room for
 * administrators (100), what tidies it for moderators (50), and talk for all.
 */
function guildPowerLevels(owner: string) {
  return {
    users: { [owner]: OWNER_LEVEL },
    invite: 0,
    events: {
      'm.room.name': 50,
      'm.room.avatar': 50,
      'm.room.topic': 50,
      'm.room.canonical_alias': 50,
      'm.room.history_visibility': 100,
      'm.room.join_rules': 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
      'm.room.power_levels': OWNER_LEVEL,
      'm.room.tombstone': OWNER_LEVEL,
      'm.space.child': 50,
    },
  };
}

function avatarState(url: string | undefined): InitialState[] {
  return url === undefined ? [] : [{ type: 'm.room.avatar', stateKey: '', content: { url } }];
}
