import { create } from 'zustand';
import { nameForAccount } from '../../lib/homeserver/session.ts';
import { keepItem } from '../../lib/keep-item.ts';
import type { ChannelMention, CustomEmoji, Mention } from '../../lib/markdown/to-matrix.ts';
import { asObject, asString } from '../../lib/parse.ts';
import type { Message } from '../../matrix/types.ts';

/** What the composer of one channel holds. */
export interface ComposerState {
  readonly text: string;
  /** People picked from the list of names while writing. */
  readonly mentions: readonly Mention[];
  /** Channels picked from the list of names while writing. */
  readonly channels: readonly ChannelMention[];
  /** Pictures that were picked as emoji while writing. */
  readonly emoji: readonly CustomEmoji[];
  readonly replyTo: Message | undefined;
  readonly editing: Message | undefined;
  /** What was being written when the edit began; it comes back afterwards. */
  readonly setAside: string;
  /** Counts up when the composer should take the focus. */
  readonly focusRequests: number;
}

const emptyComposer: ComposerState = {
  text: '',
  mentions: [],
  channels: [],
  emoji: [],
  replyTo: undefined,
  editing: undefined,
  setAside: '',
  focusRequests: 0,
};

const storageKey = (): string => nameForAccount('guildhall.drafts');

function loadDrafts(): Record<string, ComposerState> {
  const composers: Record<string, ComposerState> = {};
  try {
    const stored = asObject(JSON.parse(localStorage.getItem(storageKey()) ?? '{}')) ?? {};
    for (const [channelId, draft] of Object.entries(stored)) {
      const text = asString(draft);
      if (text !== undefined) composers[channelId] = { ...emptyComposer, text };
    }
  } catch {
    // Unreadable drafts are lost; writing goes on.
  }
  return composers;
}

const useComposers = create<Readonly<Record<string, ComposerState>>>(loadDrafts);

export function useComposer(channelId: string): ComposerState {
  return useComposers((state) => state[channelId] ?? emptyComposer);
}

export function readComposer(channelId: string): ComposerState {
  return useComposers.getState()[channelId] ?? emptyComposer;
}

export function changeComposer(channelId: string, changes: Partial<ComposerState>): void {
  useComposers.setState({ [channelId]: { ...readComposer(channelId), ...changes } });
  saveDrafts();
}

function saveDrafts(): void {
  const drafts = Object.entries(useComposers.getState()).flatMap(
    ([channelId, { text, editing, setAside }]) => {
      const draft = editing ? setAside : text;
      return draft === '' ? [] : [[channelId, draft]];
    },
  );
  keepItem(storageKey(), JSON.stringify(Object.fromEntries(drafts)));
}

function requestFocus(channelId: string): number {
  return readComposer(channelId).focusRequests + 1;
}

export function startReply(channelId: string, message: Message): void {
  const { editing, setAside, text } = readComposer(channelId);
  changeComposer(channelId, {
    text: editing ? setAside : text,
    editing: undefined,
    replyTo: message,
    focusRequests: requestFocus(channelId),
  });
}

export function startEdit(channelId: string, message: Message): void {
  if (message.content.kind !== 'text') return;
  const { editing, setAside, text } = readComposer(channelId);
  changeComposer(channelId, {
    text: message.content.body,
    editing: message,
    setAside: editing ? setAside : text,
    replyTo: undefined,
    focusRequests: requestFocus(channelId),
  });
}

/** Leaves an edit or a reply; what was being written stays. */
export function cancelReference(channelId: string): void {
  const { editing, setAside, text } = readComposer(channelId);
  changeComposer(channelId, {
    text: editing ? setAside : text,
    editing: undefined,
    setAside: '',
    replyTo: undefined,
    focusRequests: requestFocus(channelId),
  });
}

/** Empties the composer after sending; an edit gives way to what was written before it. */
export function clearComposer(channelId: string): void {
  const { editing, setAside, focusRequests } = readComposer(channelId);
  changeComposer(channelId, { ...emptyComposer, text: editing ? setAside : '', focusRequests });
}
