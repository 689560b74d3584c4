import {
  ClipboardCopy,
  Flag,
  Forward,
  Link,
  MessagesSquare,
  Pencil,
  Pin,
  PinOff,
  Reply,
  RotateCw,
  Smile,
  SmilePlus,
  Trash2,
  X,
} from 'lucide-react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { readNow } from '../../matrix/store.ts';
import type { Message } from '../../matrix/types.ts';
import { showToast } from '../../ui/toast-store.ts';
import { openDialog } from '../dialog-store.ts';
import { buildMessagePath, parsePath } from '../paths.ts';
import type { Action } from './action.ts';

/** A message, and what the timeline and the composer around it can do. */
export interface MessageContext {
  readonly gateway: Gateway;
  readonly channelId: string;
  readonly message: Message;
  readonly canSend: boolean;
  readonly startReply: (message: Message) => void;
  readonly startEdit: (message: Message) => void;
  readonly pickReaction: (message: Message) => void;
  /** Opens the thread of a message; a message of a thread has none of its own. */
  readonly openThread?: (message: Message) => void;
}

function mayReact({ gateway, channelId }: MessageContext): boolean {
  return readNow(gateway.channel(channelId))?.permissions.canReact === true;
}

function isAlive({ message }: MessageContext): boolean {
  return message.status === 'sent' && message.content.kind !== 'deleted';
}

export const addReaction: Action<MessageContext> = {
  id: 'message.react',
  label: 'message.react',
  icon: SmilePlus,
  key: '+',
  isAvailable: (context) => mayReact(context) && isAlive(context),
  perform: ({ message, pickReaction }) => pickReaction(message),
};

export const replyToMessage: Action<MessageContext> = {
  id: 'message.reply',
  label: 'message.reply',
  icon: Reply,
  key: 'R',
  isAvailable: (context) => context.canSend && isAlive(context),
  perform: ({ message, startReply }) => startReply(message),
};

export const openThread: Action<MessageContext> = {
  id: 'message.thread',
  label: 'thread.open',
  icon: MessagesSquare,
  key: 'T',
  isAvailable: (context) =>
    context.openThread !== undefined &&
    isAlive(context) &&
    (context.canSend || context.message.thread !== undefined),
  perform: ({ message, openThread: open }) => open?.(message),
};

export const editMessage: Action<MessageContext> = {
  id: 'message.edit',
  label: 'message.edit',
  icon: Pencil,
  key: 'E',
  isAvailable: (context) =>
    isAlive(context) && context.message.isOwn && context.message.content.kind === 'text',
  perform: ({ message, startEdit }) => startEdit(message),
};

const copyText: Action<MessageContext> = {
  id: 'message.copy',
  label: 'message.copy',
  icon: ClipboardCopy,
  isAvailable: ({ message }) => message.content.kind === 'text' && navigator.clipboard !== undefined,
  perform: ({ message }) => {
    if (message.content.kind === 'text') copyToClipboard(message.content.body);
  },
};

const copyLink: Action<MessageContext> = {
  id: 'message.link',
  label: 'message.copyLink',
  icon: Link,
  isAvailable: (context) => isAlive(context) && navigator.clipboard !== undefined,
  perform: ({ channelId, message }) => {
    const { origin, pathname } = window.location;
    copyToClipboard(origin + buildMessagePath(parsePath(pathname).guildId, channelId, message.eventId));
  },
};

function copyToClipboard(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => showToast(t('common.copied')),
    () => showToast(t('common.clipboardRefused'), 'danger'),
  );
}

const forwardMessage: Action<MessageContext> = {
  id: 'message.forward',
  label: 'forward.open',
  icon: Forward,
  isAvailable: (context) => isAlive(context) && context.message.content.kind !== 'unreadable',
  perform: ({ channelId, message }) => openDialog({ kind: 'forward', channelId, eventId: message.eventId }),
};

const listReactions: Action<MessageContext> = {
  id: 'message.reactions',
  label: 'message.reactions',
  icon: Smile,
  isAvailable: ({ message }) => message.reactions.length > 0,
  perform: ({ message }) => openDialog({ kind: 'reactions', reactions: message.reactions }),
};

function mayPin(context: MessageContext): boolean {
  const { gateway, channelId } = context;
  return isAlive(context) && readNow(gateway.channel(channelId))?.permissions.canPin === true;
}

function isPinned({ gateway, channelId, message }: MessageContext): boolean {
  return readNow(gateway.channel(channelId))?.pinnedIds.includes(message.eventId) === true;
}

function setPinned({ gateway, channelId, message }: MessageContext, pinned: boolean): void {
  gateway.messages
    .setPinned(channelId, message.eventId, pinned)
    .catch((error: unknown) => showToast(describeError(error), 'danger'));
}

const pinMessage: Action<MessageContext> = {
  id: 'message.pin',
  label: 'pins.pin',
  icon: Pin,
  isAvailable: (context) => mayPin(context) && !isPinned(context),
  perform: (context) => setPinned(context, true),
};

const unpinMessage: Action<MessageContext> = {
  id: 'message.unpin',
  label: 'pins.unpin',
  icon: PinOff,
  isAvailable: (context) => mayPin(context) && isPinned(context),
  perform: (context) => setPinned(context, false),
};

const reportMessage: Action<MessageContext> = {
  id: 'message.report',
  label: 'report.open',
  icon: Flag,
  isDangerous: true,
  isAvailable: (context) => isAlive(context) && !context.message.isOwn,
  perform: ({ channelId, message: { eventId, author } }) =>
    openDialog({ kind: 'report', channelId, eventId, authorName: author.name }),
};

export const deleteMessage: Action<MessageContext> = {
  id: 'message.delete',
  label: 'message.delete',
  icon: Trash2,
  key: 'Delete',
  isDangerous: true,
  isAvailable: ({ message }) => message.canDelete,
  perform: ({ gateway, channelId, message }) =>
    openDialog({
      kind: 'confirm',
      title: t('message.deleteTitle'),
      text: message.isOwn ? t('message.deleteOwn') : t('message.deleteOther', { name: message.author.name }),
      confirmLabel: t('message.delete'),
      perform: () => gateway.messages.remove(channelId, message.eventId),
    }),
};

export const retryMessage: Action<MessageContext> = {
  id: 'message.retry',
  label: 'message.sendAgain',
  icon: RotateCw,
  isAvailable: ({ message }) => message.status === 'failed',
  perform: ({ gateway, channelId, message }) => gateway.messages.retry(channelId, message.eventId),
};

export const discardMessage: Action<MessageContext> = {
  id: 'message.discard',
  label: 'message.discard',
  icon: X,
  isDangerous: true,
  isAvailable: ({ message }) => message.status === 'failed',
  perform: ({ gateway, channelId, message }) => gateway.messages.discard(channelId, message.eventId),
};

/** What can be done with a message. */
export const messageActions: readonly Action<MessageContext>[] = [
  addReaction,
  replyToMessage,
  openThread,
  editMessage,
  forwardMessage,
  pinMessage,
  unpinMessage,
  listReactions,
  copyText,
  copyLink,
  retryMessage,
  discardMessage,
  reportMessage,
  deleteMessage,
];

/** Adds our reaction with this emoji, or takes it back. */
export function toggleReaction(context: MessageContext, key: string): void {
  const { gateway, channelId, message } = context;
  const own = message.reactions.find((reaction) => reaction.key === key)?.ownEventId;
  if (own === undefined && !mayReact(context)) {
    showToast(t('message.mayNotReact'));
    return;
  }
  if (own === undefined) {
    gateway.messages.react(channelId, message.eventId, key);
    return;
  }
  gateway.messages.remove(channelId, own).catch((error) => showToast(describeError(error), 'danger'));
}
