import { CirclePlus, SendHorizontal, Smile } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { deleteMessage } from '../../app/actions/message-actions.ts';
import type { ChannelDetails, Member, Message, TimelineItem } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { EmojiPopover } from '../emoji/EmojiPopover.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { TypingLine } from '../timeline/TypingLine.tsx';
import { AttachmentTrayView } from './AttachmentTrayView.tsx';
import styles from './Composer.module.css';
import {
  cancelReference,
  changeComposer,
  clearComposer,
  startEdit,
  startReply,
  useComposer,
} from './composer-store.ts';
import { MentionList } from './MentionList.tsx';
import { findMentionQuery, insertMention, type MentionQuery, matchPeople } from './mention-query.ts';
import { ReferenceBanner } from './ReferenceBanner.tsx';
import type { AttachmentTray } from './use-attachments.ts';
import { useTyping } from './use-typing.ts';

interface ComposerProps {
  readonly channel: ChannelDetails;
  readonly tray: AttachmentTray;
}

/** Where people write. Enter sends, Shift and Enter begin a line; on touch screens the button sends. */
export function Composer({ channel, tray }: ComposerProps) {
  if (!channel.permissions.canSend) {
    return <p className={styles.closed}>You can read here, but not write.</p>;
  }
  return <OpenComposer channel={channel} tray={tray} />;
}

function OpenComposer({ channel, tray }: ComposerProps) {
  const { channelId } = channel;
  const gateway = useGateway();
  const composer = useComposer(channelId);
  const input = useRef<HTMLTextAreaElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const [showsEmoji, setShowsEmoji] = useState(false);
  const { noteTyping, endTyping } = useTyping(gateway.messages, channelId);
  const mention = useMentions(channelId, input);
  const { text, focusRequests } = composer;

  useAutoHeight(input, text);
  useLayoutEffect(() => {
    if (focusRequests > 0) input.current?.focus();
  }, [focusRequests]);

  const handleSend = (): void => {
    const isEmpty = text.trim() === '';
    if (composer.editing && isEmpty) {
      confirmDeletion(composer.editing);
      return;
    }
    const outgoing = { text, mentions: composer.mentions, replyTo: toReference(composer.replyTo) };
    if (composer.editing) gateway.messages.editText(channelId, composer.editing.eventId, outgoing);
    else if (tray.items.length > 0) tray.send(isEmpty && !outgoing.replyTo ? undefined : outgoing);
    else if (!isEmpty) gateway.messages.sendText(channelId, outgoing);
    else return;
    clearComposer(channelId);
    mention.close();
    endTyping();
  };

  const confirmDeletion = (message: Message): void => {
    deleteMessage.perform({
      gateway,
      channelId,
      message,
      canSend: true,
      startReply: (target) => startReply(channelId, target),
      startEdit: (target) => startEdit(channelId, target),
      pickReaction: () => undefined,
    });
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (mention.handleKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      handleSend();
    } else if (event.key === 'Escape' && (composer.editing || composer.replyTo)) {
      event.preventDefault();
      cancelReference(channelId);
    } else if (event.key === 'ArrowUp' && text === '' && !composer.editing) {
      const last = findLastOwn(gateway.timeline(channelId).getSnapshot().items);
      if (!last) return;
      event.preventDefault();
      startEdit(channelId, last);
    }
  };

  const handlePaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    tray.add(event.clipboardData.files);
  };

  const handleChange = (value: string): void => {
    changeComposer(channelId, { text: value });
    if (value.trim() === '') endTyping();
    else noteTyping();
    mention.follow();
  };

  const canSend = text.trim() !== '' || tray.items.some((item) => item.progress === undefined);
  return (
    <div className={styles.area}>
      <ReferenceBanner composer={composer} handleCancel={() => cancelReference(channelId)} />
      {mention.people.length > 0 && (
        <MentionList people={mention.people} selected={mention.selected} handlePick={mention.pick} />
      )}
      <div className={styles.frame}>
        <AttachmentTrayView tray={tray} />
        <div className={styles.line}>
          <IconButton icon={CirclePlus} label="Attach a file" onClick={() => fileInput.current?.click()} />
          <input
            ref={fileInput}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              tray.add(event.target.files ?? []);
              event.target.value = '';
              input.current?.focus();
            }}
          />
          <textarea
            ref={input}
            className={styles.input}
            rows={1}
            value={text}
            placeholder={`Message ${channel.name}`}
            aria-label={`Message ${channel.name}`}
            aria-autocomplete="list"
            aria-controls={mention.people.length > 0 ? 'mention-list' : undefined}
            aria-activedescendant={mention.people.length > 0 ? `mention-${mention.selected}` : undefined}
            dir="auto"
            enterKeyHint={isTouch() ? 'enter' : 'send'}
            onChange={(event) => handleChange(event.target.value)}
            onSelect={mention.follow}
            onKeyDown={handleKey}
            onPaste={handlePaste}
            onBlur={endTyping}
          />
          <IconButton ref={emojiButton} icon={Smile} label="Emoji" onClick={() => setShowsEmoji(true)} />
          <IconButton
            className={styles.send}
            icon={SendHorizontal}
            label={composer.editing ? 'Save the edit' : 'Send'}
            disabled={!canSend}
            onClick={handleSend}
          />
        </div>
      </div>
      <TypingLine channelId={channelId} />
      {showsEmoji && (
        <EmojiPopover
          anchor={emojiButton.current}
          beginsWithAll
          handleClose={() => setShowsEmoji(false)}
          handlePick={(emoji) => {
            const caret = input.current?.selectionStart ?? text.length;
            changeComposer(channelId, {
              text: text.slice(0, caret) + emoji + text.slice(caret),
              focusRequests: focusRequests + 1,
            });
          }}
        />
      )}
    </div>
  );
}

function toReference(
  message: Message | undefined,
): { readonly eventId: string; readonly authorId: string } | undefined {
  return message && { eventId: message.eventId, authorId: message.author.userId };
}

function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}

function findLastOwn(items: readonly TimelineItem[]): Message | undefined {
  const item = items.findLast((candidate) => {
    if (candidate.type !== 'message') return false;
    const { isOwn, status, content } = candidate.message;
    return isOwn && status === 'sent' && content.kind === 'text';
  });
  return item?.type === 'message' ? item.message : undefined;
}

/** The text grows with what is written; the style sheet says how far. */
function useAutoHeight(input: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what the height depends on.
  useLayoutEffect(() => {
    if (!input.current) return;
    input.current.style.height = 'auto';
    input.current.style.height = `${input.current.scrollHeight}px`;
  }, [input, text]);
}

interface MentionControls {
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
function useMentions(channelId: string, input: React.RefObject<HTMLTextAreaElement | null>): MentionControls {
  const members = useStore(useGateway().members(channelId));
  const { text, mentions } = useComposer(channelId);
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
    changeComposer(channelId, {
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
