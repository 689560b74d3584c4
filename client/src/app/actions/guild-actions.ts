import { Bell, FolderPlus, Hash, LogOut, Settings, UserPlus } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { openDialog } from '../dialog-store.ts';
import { buildGuildSettingsPath } from '../paths.ts';
import type { Action } from './action.ts';

export interface GuildContext {
  readonly gateway: Gateway;
  readonly guild: GuildDetails;
  readonly navigate: (path: string) => void;
}

export const inviteToGuild: Action<GuildContext> = {
  id: 'guild.invite',
  label: 'guild.invite',
  icon: UserPlus,
  isAvailable: ({ guild }) => guild.permissions.canInvite,
  perform: ({ guild }) => openDialog({ kind: 'invite', guildId: guild.guildId }),
};

export const createChannelInGuild: Action<GuildContext> = {
  id: 'guild.create-channel',
  label: 'channel.create',
  icon: Hash,
  isAvailable: ({ guild }) => guild.permissions.canAddChannels,
  perform: ({ guild }) => openDialog({ kind: 'create-channel', guildId: guild.guildId }),
};

const createCategoryInGuild: Action<GuildContext> = {
  id: 'guild.create-category',
  label: 'category.create',
  icon: FolderPlus,
  isAvailable: ({ guild }) => guild.permissions.canAddChannels,
  perform: ({ guild }) => openDialog({ kind: 'create-category', guildId: guild.guildId }),
};

const openGuildSettings: Action<GuildContext> = {
  id: 'guild.settings',
  label: 'guildSettings.open',
  icon: Settings,
  isAvailable: () => true,
  perform: ({ guild, navigate }) => navigate(buildGuildSettingsPath(guild.guildId)),
};

const setGuildNotifications: Action<GuildContext> = {
  id: 'guild.notifications',
  label: 'notifications.title',
  icon: Bell,
  isAvailable: () => true,
  perform: ({ guild }) => openDialog({ kind: 'notifications', roomId: guild.guildId, name: guild.name }),
};

export const leaveGuild: Action<GuildContext> = {
  id: 'guild.leave',
  label: 'guild.leave',
  icon: LogOut,
  isDangerous: true,
  isAvailable: () => true,
  perform: ({ gateway, guild, navigate }) =>
    openDialog({
      kind: 'confirm',
      title: t('guild.leaveTitle', { name: guild.name }),
      text: t('guild.leaveText'),
      confirmLabel: t('guild.leaveConfirm'),
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
  openGuildSettings,
  setGuildNotifications,
  leaveGuild,
];
