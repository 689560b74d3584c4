import { FolderPlus, Hash, LogOut, UserPlus } from 'lucide-react';
import type { Gateway } from '../../matrix/gateway.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

export interface GuildContext {
  readonly gateway: Gateway;
  readonly guild: GuildDetails;
  readonly navigate: (path: string) => void;
}

export const inviteToGuild: Action<GuildContext> = {
  id: 'guild.invite',
  label: 'Invite people',
  icon: UserPlus,
  isAvailable: ({ guild }) => guild.permissions.canInvite,
  perform: ({ guild }) => openDialog({ kind: 'invite', guildId: guild.guildId }),
};

export const createChannelInGuild: Action<GuildContext> = {
  id: 'guild.create-channel',
  label: 'Create a channel',
  icon: Hash,
  isAvailable: ({ guild }) => guild.permissions.canAddChannels,
  perform: ({ guild }) => openDialog({ kind: 'create-channel', guildId: guild.guildId }),
};

const createCategoryInGuild: Action<GuildContext> = {
  id: 'guild.create-category',
  label: 'Create a category',
  icon: FolderPlus,
  isAvailable: ({ guild }) => guild.permissions.canAddChannels,
  perform: ({ guild }) => openDialog({ kind: 'create-category', guildId: guild.guildId }),
};

const leaveGuild: Action<GuildContext> = {
  id: 'guild.leave',
  label: 'Leave the guild',
  icon: LogOut,
  isDangerous: true,
  isAvailable: () => true,
  perform: ({ gateway, guild, navigate }) =>
    openDialog({
      kind: 'confirm',
      title: `Leave ${guild.name}?`,
      text: 'You will no longer see its channels. To come back you need an invite.',
      confirmLabel: 'Leave',
      perform: async () => {
        await gateway.communities.leaveGuild(guild.guildId);
        navigate('/home');
      },
    }),
};

/** What can be done with a guild. */
export const guildActions: readonly Action<GuildContext>[] = [
  inviteToGuild,
  createChannelInGuild,
  createCategoryInGuild,
  leaveGuild,
];
