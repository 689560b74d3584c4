import { Bell, CheckCheck, FolderInput, Settings } from 'lucide-react';
import type { Gateway } from '../../matrix/gateway.ts';
import type { ChannelSummary, GuildDetails } from '../../matrix/types.ts';
import { openDialog } from '../dialog-store.ts';
import { closeDrawer } from '../drawer-store.ts';
import { buildChannelSettingsPath } from '../paths.ts';
import type { Action } from './action.ts';

export interface ChannelContext {
  readonly gateway: Gateway;
  readonly channel: ChannelSummary;
  /** The guild that it stands in. */
  readonly guild: GuildDetails;
  readonly navigate: (path: string) => void;
}

const markChannelRead: Action<ChannelContext> = {
  id: 'channel.mark-read',
  label: 'channel.markRead',
  icon: CheckCheck,
  isAvailable: ({ channel }) => channel.joined && channel.unread,
  perform: ({ gateway, channel }) => void gateway.timeline(channel.channelId).markRead(),
};

const setChannelNotifications: Action<ChannelContext> = {
  id: 'channel.notifications',
  label: 'notifications.title',
  icon: Bell,
  isAvailable: ({ channel }) => channel.joined,
  perform: ({ channel }) =>
    openDialog({ kind: 'notifications', roomId: channel.channelId, name: channel.name }),
};

const openChannelSettings: Action<ChannelContext> = {
  id: 'channel.settings',
  label: 'channel.settings',
  icon: Settings,
  isAvailable: ({ channel }) => channel.joined,
  perform: ({ channel, navigate }) => {
    closeDrawer();
    navigate(buildChannelSettingsPath(channel.channelId));
  },
};

const moveChannel: Action<ChannelContext> = {
  id: 'channel.move',
  label: 'channel.move',
  icon: FolderInput,
  isAvailable: ({ guild }) => guild.permissions.canAddChannels && !guild.plain,
  perform: ({ guild, channel }) =>
    openDialog({ kind: 'move-channel', guildId: guild.guildId, channelId: channel.channelId }),
};

/** What can be done with a channel in a list. */
export const channelActions: readonly Action<ChannelContext>[] = [
  markChannelRead,
  setChannelNotifications,
  moveChannel,
  openChannelSettings,
];
