import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { readLanguage } from '../../lib/i18n/translate.ts';
import type { CustomEmoji } from '../../lib/markdown/to-matrix.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { readNow } from '../../matrix/store.ts';
import type { Member, Place } from '../../matrix/types.ts';
import { type Emoji, type EmojiGroup, searchEmoji } from '../emoji/emoji-data.ts';
import { loadEmoji } from '../emoji/load-emoji.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { type Command, listCommands } from './commands.ts';
import { type CompletionQuery, findQuery, insertCompletion, matchPeople } from './completion-query.ts';
import { changeComposer, readComposer, useComposer } from './composer-store.ts';

/** Something that what is being typed may become. */
export type Completion =
  | { readonly kind: 'person'; readonly key: string; readonly person: Member }
  | { readonly kind: 'channel'; readonly key: string; readonly channel: ChannelPlace }
  | { readonly kind: 'emoji'; readonly key: string; readonly emoji: Emoji }
  | { readonly kind: 'custom-emoji'; readonly key: string; readonly emoji: CustomEmoji }
  | { readonly kind: 'command'; readonly key: string; readonly command: Command };

type ChannelPlace = Extract<Place, { readonly kind: 'channel' }>;

const mostCompletions = 6;

export interface CompletionControls {
  readonly completions: readonly Completion[];
  readonly selected: number;
  /** Looks again at what stands at the caret. */
  readonly follow: () => void;
  readonly close: () => void;
  readonly pick: (completion: Completion) => void;
  /** Whether a key was meant for the list. */
  readonly handleKey: (event: KeyboardEvent) => boolean;
}

/** The list that opens after an `@`, a `#`, a `:` and, at the beginning, a `/`. */
export function useCompletions(
  channelId: string,
  composerId: string,
  input: RefObject<HTMLTextAreaElement | null>,
): CompletionControls {
  const { text } = useComposer(composerId);
  const [query, setQuery] = useState<CompletionQuery>();
  const [selected, setSelected] = useState(0);
  const completions = useMatches(channelId, query);

  const follow = (): void => {
    const caret = input.current?.selectionStart ?? 0;
    const found = findQuery(input.current?.value ?? '', caret);
    if (found?.typed !== query?.typed || found?.sign !== query?.sign) setSelected(0);
    setQuery(found);
  };
  const pick = (completion: Completion): void => {
    if (!query) return;
    const next = insertCompletion(text, query, writeCompletion(completion));
    // At once: what is typed next has to find the caret in its place.
    flushSync(() => {
      changeComposer(composerId, { text: next.text });
      rememberName(composerId, completion);
      setQuery(undefined);
    });
    input.current?.focus();
    input.current?.setSelectionRange(next.caret, next.caret);
  };
  const handleKey = (event: KeyboardEvent): boolean => {
    const completion = completions[selected];
    if (!completion) return false;
    const { length } = completions;
    // A command that was typed out is done at once.
    const isWhole = completion.kind === 'command' && completion.command.name === query?.typed;
    if (event.key === 'ArrowDown') setSelected((selected + 1) % length);
    else if (event.key === 'ArrowUp') setSelected((selected + length - 1) % length);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !isWhole)) pick(completion);
    else if (event.key === 'Escape') setQuery(undefined);
    else return false;
    event.preventDefault();
    return true;
  };
  return { completions, selected, follow, close: () => setQuery(undefined), pick, handleKey };
}

function useMatches(channelId: string, query: CompletionQuery | undefined): readonly Completion[] {
  const gateway = useGateway();
  const members = useStore(gateway.members(channelId));
  const emoji = useEmoji(query?.sign === ':');
  if (!query) return [];
  switch (query.sign) {
    case '@':
      return matchPeople([...members.present, ...members.absent], query.typed, mostCompletions).map(
        (person) => ({ kind: 'person', key: person.userId, person }),
      );
    case '#':
      return matchChannels(readNow(gateway.places), query.typed).map((channel) => ({
        kind: 'channel',
        key: channel.id,
        channel,
      }));
    case ':':
      return [
        ...matchCustomEmoji(gateway.listCustomEmoji(channelId), query.typed),
        ...searchEmoji(emoji, query.typed.replaceAll('_', ' ')).map(
          (found): Completion => ({ kind: 'emoji', key: found.emoji, emoji: found }),
        ),
      ].slice(0, mostCompletions);
    case '/':
      return matchCommands(gateway, channelId, query.typed).map((command) => ({
        kind: 'command',
        key: command.name,
        command,
      }));
  }
}

/** All emoji, once somebody begins to type the name of one. */
function useEmoji(isWanted: boolean): readonly EmojiGroup[] {
  const [groups, setGroups] = useState<readonly EmojiGroup[]>([]);
  useEffect(() => {
    // Without the server there is no list; what is typed stays as it is.
    if (isWanted) loadEmoji(readLanguage()).then(setGroups, () => undefined);
  }, [isWanted]);
  return groups;
}

function matchChannels(places: readonly Place[], typed: string): readonly ChannelPlace[] {
  const query = typed.toLocaleLowerCase();
  return places
    .filter((place) => place.kind === 'channel')
    .filter(({ name }) => name.toLocaleLowerCase().includes(query))
    .sort((a, b) => Number(b.name.startsWith(typed)) - Number(a.name.startsWith(typed)))
    .slice(0, mostCompletions);
}

function matchCustomEmoji(emoji: readonly CustomEmoji[], typed: string): readonly Completion[] {
  const query = typed.toLowerCase();
  return emoji
    .filter(({ shortcode }) => shortcode.toLowerCase().includes(query))
    .map((found) => ({ kind: 'custom-emoji', key: `:${found.shortcode}:`, emoji: found }));
}

function matchCommands(gateway: Gateway, channelId: string, typed: string): readonly Command[] {
  return listCommands(gateway, channelId)
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .slice(0, 2 * mostCompletions);
}

function writeCompletion(completion: Completion): string {
  switch (completion.kind) {
    case 'person':
      return `@${completion.person.name}`;
    case 'channel':
      return `#${completion.channel.name}`;
    case 'emoji':
      return completion.emoji.emoji;
    case 'custom-emoji':
      return `:${completion.emoji.shortcode}:`;
    case 'command':
      return `/${completion.command.name}`;
  }
}

/** A name in a text means whom or what was picked, whoever else is called so. */
function rememberName(composerId: string, completion: Completion): void {
  const { mentions, channels, emoji } = readComposer(composerId);
  if (completion.kind === 'person') {
    const { userId, name } = completion.person;
    const others = mentions.filter((mention) => mention.userId !== userId);
    changeComposer(composerId, { mentions: [...others, { userId, name }] });
  } else if (completion.kind === 'channel') {
    const { id: channelId, name } = completion.channel;
    const others = channels.filter((channel) => channel.channelId !== channelId);
    changeComposer(composerId, { channels: [...others, { channelId, name }] });
  } else if (completion.kind === 'custom-emoji') {
    const { shortcode } = completion.emoji;
    const others = emoji.filter((known) => known.shortcode !== shortcode);
    changeComposer(composerId, { emoji: [...others, completion.emoji] });
  }
}
