import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { Member } from '../../matrix/types.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { changeComposer, useComposer } from './composer-store.ts';
import { findMentionQuery, insertMention, type MentionQuery, matchPeople } from './mention-query.ts';

export interface MentionControls {
  readonly people: readonly Member[];
  readonly selected: number;
  /** Looks again at what stands at the caret. */
  readonly follow: () => void;
  readonly close: () => void;
  readonly pick: (person: Member) => void;
  /** Whether a key was meant for the list of names. */
  readonly handleKey: (event: KeyboardEvent) => boolean;
}

/** The list of names that opens after an `@`. */
export function useMentions(
  channelId: string,
  composerId: string,
  input: RefObject<HTMLTextAreaElement | null>,
): MentionControls {
  const members = useStore(useGateway().members(channelId));
  const { text, mentions } = useComposer(composerId);
  const [query, setQuery] = useState<MentionQuery>();
  const [selected, setSelected] = useState(0);
  const people = query ? matchPeople([...members.present, ...members.absent], query.typed) : [];

  const follow = (): void => {
    const caret = input.current?.selectionStart ?? 0;
    const found = findMentionQuery(input.current?.value ?? '', caret);
    if (found?.typed !== query?.typed) setSelected(0);
    setQuery(found);
  };
  const pick = (person: Member): void => {
    if (!query) return;
    const next = insertMention(text, query, person.name);
    const others = mentions.filter((mention) => mention.userId !== person.userId);
    changeComposer(composerId, {
      text: next.text,
      mentions: [...others, { userId: person.userId, name: person.name }],
    });
    setQuery(undefined);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const handleKey = (event: KeyboardEvent): boolean => {
    const person = people[selected];
    if (!person) return false;
    if (event.key === 'ArrowDown') setSelected((selected + 1) % people.length);
    else if (event.key === 'ArrowUp') setSelected((selected + people.length - 1) % people.length);
    else if (event.key === 'Enter' || event.key === 'Tab') pick(person);
    else if (event.key === 'Escape') setQuery(undefined);
    else return false;
    event.preventDefault();
    return true;
  };
  return { people, selected, follow, close: () => setQuery(undefined), pick, handleKey };
}
