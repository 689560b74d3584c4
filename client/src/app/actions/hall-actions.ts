import {
  ArrowDown,
  ArrowUp,
  CalendarSearch,
  CheckCheck,
  House,
  Inbox,
  Keyboard,
  MessageSquarePlus,
  Pin,
  Plus,
  Search,
  Settings,
  TextSearch,
  Users,
} from 'lucide-react';
import { toggleMembers, usePreferences } from '../../lib/preferences.ts';
import { listChannels } from '../../matrix/channel-tree.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { readNow } from '../../matrix/store.ts';
import type { Unread } from '../../matrix/types.ts';
import { openDialog } from '../dialog-store.ts';
import { openDrawer } from '../drawer-store.ts';
import { readsMembersFromDrawer } from '../layout.ts';
import { closePanel, openPanel, usePanel } from '../panel-store.ts';
import { buildChannelPath, buildHomePath, buildSettingsPath } from '../paths.ts';
import type { Action } from './action.ts';

/** Where somebody is in the hall. */
export interface HallContext {
  readonly gateway: Gateway;
  readonly navigate: (path: string) => void;
  readonly guildId?: string;
  readonly channelId?: string;
}

const always = (): boolean => true;

export const openSwitcher: Action<HallContext> = {
  id: 'hall.switcher',
  label: 'switcher.open',
  icon: Search,
  key: 'Mod+K',
  isAvailable: always,
  perform: () => openDialog({ kind: 'switcher' }),
};

export const openInbox: Action<HallContext> = {
  id: 'hall.inbox',
  label: 'inbox.open',
  icon: Inbox,
  key: 'Mod+I',
  isAvailable: always,
  perform: () => openDialog({ kind: 'inbox' }),
};

const showKeys: Action<HallContext> = {
  id: 'hall.keys',
  label: 'keys.open',
  icon: Keyboard,
  key: 'Mod+/',
  isAvailable: always,
  perform: () => openDialog({ kind: 'keys' }),
};

export const openSettings: Action<HallContext> = {
  id: 'hall.settings',
  label: 'settings.open',
  icon: Settings,
  key: 'Mod+,',
  isAvailable: always,
  perform: ({ navigate }) => navigate(buildSettingsPath()),
};

const goHome: Action<HallContext> = {
  id: 'hall.home',
  label: 'hall.goHome',
  icon: House,
  isAvailable: always,
  perform: ({ navigate }) => navigate(buildHomePath()),
};

const createGuild: Action<HallContext> = {
  id: 'hall.create-guild',
  label: 'guild.create',
  icon: Plus,
  isAvailable: always,
  perform: () => openDialog({ kind: 'create-guild' }),
};

const newConversation: Action<HallContext> = {
  id: 'hall.new-conversation',
  label: 'home.newConversation',
  icon: MessageSquarePlus,
  isAvailable: always,
  perform: () => openDialog({ kind: 'new-direct' }),
};

export const openSearch: Action<HallContext> = {
  id: 'hall.search',
  label: 'search.open',
  icon: TextSearch,
  key: 'Mod+F',
  isAvailable: ({ channelId }) => channelId !== undefined,
  perform: () => openPanel({ kind: 'search' }),
};

export const showPins: Action<HallContext> = {
  id: 'hall.pins',
  label: 'pins.open',
  icon: Pin,
  isAvailable: ({ channelId }) => channelId !== undefined,
  perform: ({ channelId }) => channelId !== undefined && openPanel({ kind: 'pins', channelId }),
};

const jumpToDate: Action<HallContext> = {
  id: 'hall.jump-to-date',
  label: 'date.jump',
  icon: CalendarSearch,
  isAvailable: ({ channelId }) => channelId !== undefined,
  perform: ({ channelId }) => channelId !== undefined && openDialog({ kind: 'jump-to-date', channelId }),
};

export const showMembers: Action<HallContext> = {
  id: 'hall.members',
  label: 'members.toggle',
  icon: Users,
  key: 'Mod+U',
  isAvailable: ({ guildId, channelId }) => guildId !== undefined && channelId !== undefined,
  perform: () => {
    const hadPanel = usePanel.getState().panel !== undefined;
    closePanel();
    if (readsMembersFromDrawer()) openDrawer('members');
    // What stood in their place goes, and they are there again.
    else if (!hadPanel || !usePreferences.getState().showsMembers) toggleMembers();
  },
};

export const markAllRead: Action<HallContext> = {
  id: 'hall.mark-all-read',
  label: 'inbox.markAllRead',
  icon: CheckCheck,
  isAvailable: ({ gateway }) => readNow(gateway.inbox).unread.length > 0,
  perform: ({ gateway }) => {
    for (const { channelId } of readNow(gateway.inbox).unread) gateway.timeline(channelId).markRead();
  },
};

interface Stop extends Unread {
  readonly channelId: string;
}

/** The channels or conversations beside the one that is open, in the order in which they are seen. */
function listStops({ gateway, guildId }: HallContext): readonly Stop[] {
  if (guildId === undefined) {
    const { directs, channels } = readNow(gateway.home);
    return [...directs, ...channels];
  }
  const guild = readNow(gateway.guild(guildId));
  return guild ? listChannels(guild.tree).filter((channel) => channel.joined) : [];
}

/** Goes to the next stop that is wanted, up or down, and on from the other end. */
function goBeside(context: HallContext, step: 1 | -1, isWanted: (stop: Stop) => boolean): void {
  const stops = listStops(context);
  const start = stops.findIndex(({ channelId }) => channelId === context.channelId);
  for (let distance = 1; distance <= stops.length; distance += 1) {
    const index = (Math.max(start, 0) + step * distance + stops.length * 2) % stops.length;
    const stop = stops[index];
    if (!stop || !isWanted(stop) || stop.channelId === context.channelId) continue;
    context.navigate(buildChannelPath(context.guildId, stop.channelId));
    return;
  }
}

const steps: readonly Action<HallContext>[] = [
  {
    id: 'hall.previous-channel',
    label: 'hall.previousChannel',
    icon: ArrowUp,
    key: 'Alt+ArrowUp',
    isAvailable: (context) => listStops(context).length > 1,
    perform: (context) => goBeside(context, -1, always),
  },
  {
    id: 'hall.next-channel',
    label: 'hall.nextChannel',
    icon: ArrowDown,
    key: 'Alt+ArrowDown',
    isAvailable: (context) => listStops(context).length > 1,
    perform: (context) => goBeside(context, 1, always),
  },
  {
    id: 'hall.previous-unread',
    label: 'hall.previousUnread',
    icon: ArrowUp,
    key: 'Alt+Shift+ArrowUp',
    isAvailable: (context) => listStops(context).some(({ unread }) => unread),
    perform: (context) => goBeside(context, -1, ({ unread }) => unread),
  },
  {
    id: 'hall.next-unread',
    label: 'hall.nextUnread',
    icon: ArrowDown,
    key: 'Alt+Shift+ArrowDown',
    isAvailable: (context) => listStops(context).some(({ unread }) => unread),
    perform: (context) => goBeside(context, 1, ({ unread }) => unread),
  },
];

/** What can be done from everywhere in the hall. */
export const hallActions: readonly Action<HallContext>[] = [
  openSwitcher,
  openInbox,
  openSearch,
  showPins,
  jumpToDate,
  markAllRead,
  createGuild,
  newConversation,
  goHome,
  showMembers,
  ...steps,
  openSettings,
  showKeys,
];
