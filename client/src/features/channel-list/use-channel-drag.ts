import { type DragEvent, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { findParent, listSiblings } from '../../matrix/channel-tree.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import type { ChannelTree, GuildDetails } from '../../matrix/types.ts';
import { showToast } from '../../ui/toast-store.ts';

/** Name what is dragged, so that links and files are not taken for channels. */
const channelType = 'application/x-guildhall-channel';
const categoryType = 'application/x-guildhall-category';

/** Where something would land: before a line, after it, or in the category that the line is the head of. */
interface Landing {
  readonly id: string;
  readonly zone: 'before' | 'after' | 'into';
}

/** What a line of the list needs to be dragged, and to be dropped upon. */
interface DragHandlers {
  readonly draggable: true;
  readonly 'data-drop': Landing['zone'] | undefined;
  readonly onDragStart: (event: DragEvent) => void;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: () => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** The handlers of a channel, or of the head of a category; none for those who may not move them. */
export type ChannelDrag = (id: string) => DragHandlers | undefined;

/** Lets those who may drag channels between others and into categories, and categories between others. */
export function useChannelDrag(gateway: Gateway, guild: GuildDetails): ChannelDrag {
  const [landing, setLanding] = useState<Landing>();
  const isCategory = (id: string): boolean =>
    guild.tree.categories.some(({ categoryId }) => categoryId === id);
  const move = (movedId: string, target: Landing): void => {
    if (movedId === target.id) return;
    gateway.communities
      .moveChannel(guild.guildId, movedId, findPlace(guild.tree, target))
      .catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  if (!guild.permissions.canAddChannels || guild.plain) return () => undefined;
  return (id) => ({
    draggable: true,
    'data-drop': landing?.id === id ? landing.zone : undefined,
    onDragStart: (event) => {
      event.dataTransfer.clearData();
      event.dataTransfer.setData(isCategory(id) ? categoryType : channelType, id);
      event.dataTransfer.effectAllowed = 'move';
    },
    onDragOver: (event) => {
      const { types } = event.dataTransfer;
      const isLanding = types.includes(channelType) || (types.includes(categoryType) && isCategory(id));
      if (!isLanding) return;
      event.preventDefault();
      const { top, height } = event.currentTarget.getBoundingClientRect();
      const isUpper = event.clientY - top < height / 2;
      const isInto = isCategory(id) && types.includes(channelType);
      const zone = isInto ? 'into' : isUpper ? 'before' : 'after';
      if (landing?.id !== id || landing.zone !== zone) setLanding({ id, zone });
    },
    onDragLeave: () => setLanding(undefined),
    onDrop: (event) => {
      const { dataTransfer } = event;
      const movedId = dataTransfer.getData(channelType) || dataTransfer.getData(categoryType);
      if (movedId === '') return;
      event.preventDefault();
      setLanding(undefined);
      if (landing) move(movedId, landing);
    },
  });
}

function findPlace(
  tree: ChannelTree,
  { id, zone }: Landing,
): { readonly category?: string; readonly before?: string } {
  if (zone === 'into') return { category: id };
  const category = findParent(tree, id);
  const categoryIds = tree.categories.map(({ categoryId }) => categoryId);
  const beside = categoryIds.includes(id)
    ? categoryIds
    : listSiblings(tree, category).map(({ channelId }) => channelId);
  const before = zone === 'before' ? id : beside[beside.indexOf(id) + 1];
  return { ...(category !== undefined && { category }), ...(before !== undefined && { before }) };
}
