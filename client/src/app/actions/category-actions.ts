import { Bell, Hash, Pencil, Trash2 } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import type { CategorySummary, GuildDetails } from '../../matrix/types.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

/** A category, and the guild that it stands in. */
export interface CategoryContext {
  readonly gateway: Gateway;
  readonly guild: GuildDetails;
  readonly category: CategorySummary;
}

function mayShape({ guild }: CategoryContext): boolean {
  return guild.permissions.canAddChannels;
}

const createChannelInCategory: Action<CategoryContext> = {
  id: 'category.create-channel',
  label: 'channel.create',
  icon: Hash,
  isAvailable: mayShape,
  perform: ({ guild, category }) =>
    openDialog({ kind: 'create-channel', guildId: guild.guildId, categoryId: category.categoryId }),
};

const setCategoryNotifications: Action<CategoryContext> = {
  id: 'category.notifications',
  label: 'notifications.title',
  icon: Bell,
  isAvailable: () => true,
  perform: ({ category }) =>
    openDialog({ kind: 'notifications', roomId: category.categoryId, name: category.name }),
};

export const renameCategory: Action<CategoryContext> = {
  id: 'category.rename',
  label: 'category.rename',
  icon: Pencil,
  isAvailable: ({ guild }) => guild.permissions.canRename,
  perform: ({ category }) =>
    openDialog({ kind: 'rename-category', categoryId: category.categoryId, name: category.name }),
};

export const deleteCategory: Action<CategoryContext> = {
  id: 'category.delete',
  label: 'category.delete',
  icon: Trash2,
  isDangerous: true,
  isAvailable: (context) => mayShape(context) && !context.guild.plain,
  perform: ({ gateway, guild, category }) =>
    openDialog({
      kind: 'confirm',
      title: t('category.deleteTitle', { name: category.name }),
      text: t('category.deleteText'),
      confirmLabel: t('category.delete'),
      perform: () => gateway.communities.closeChannel(guild.guildId, category.categoryId),
    }),
};

/** What can be done with a category. */
export const categoryActions: readonly Action<CategoryContext>[] = [
  createChannelInCategory,
  setCategoryNotifications,
  renameCategory,
  deleteCategory,
];
