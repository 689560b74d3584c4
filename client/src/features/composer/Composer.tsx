import {
  ChartBar,
  CirclePlus,
  Mic,
  Paperclip,
  SendHorizontal,
  Smile,
  Sticker as StickerIcon,
} from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import { deleteMessage } from '../../app/actions/message-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { OutgoingText, OutgoingThread } from '../../matrix/build-message.ts';
import type { Sticker } from '../../matrix/image-packs.ts';
import type { ChannelDetails, Message, TimelineItem } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { MenuButton } from '../../ui/Menu.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { EmojiPopover } from '../emoji/EmojiPopover.tsx';
import type { PickedEmoji } from '../emoji/emoji-data.ts';
import { StickerPopover } from '../emoji/StickerPopover.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { TypingLine } from '../timeline/TypingLine.tsx';
import { AttachmentTrayView } from './AttachmentTrayView.tsx';
import { buildVoiceAttachment } from './attachments.ts';
import { CompletionList } from './CompletionList.tsx';
import styles from './Composer.module.css';
import { beginsCommand, CommandError, parseCommand, performCommand } from './commands.ts';
import {
  cancelReference,
  changeComposer,
  clearComposer,
  startEdit,
  startReply,
  useComposer,
} from './composer-store.ts';
import { MarkdownField } from './MarkdownField.tsx';
import { ReferenceBanner } from './ReferenceBanner.tsx';
import { SlowModeLine } from './SlowModeLine.tsx';
import type { AttachmentTray } from './use-attachments.ts';
import { useCompletions } from './use-completions.ts';
import { useTurn } from './use-turn.ts';
import { useTyping } from './use-typing.ts';
import { canRecord, type Recording } from './use-voice-recorder.ts';
import { VoiceRecorder } from './VoiceRecorder.tsx';
import { WritingBarLine } from './WritingBarLine.tsx';

interface ComposerProps {
  readonly channel: ChannelDetails;
  readonly tray: AttachmentTray;
  /** The thread that is written to, instead of the channel. */
  readonly thread?: OutgoingThread;
}

/** Where people write. Enter sends, Shift and Enter begin a line; on touch screens the button sends. */
export function Composer(props: ComposerProps) {
  const { channel } = props;
  if (channel.writingBar) return <WritingBarLine bar={channel.writingBar} />;
  return <OpenComposer {...props} />;
}

function OpenComposer({ channel, tray, thread }: ComposerProps) {
  const { channelId } = channel;
  const composerId = thread?.rootId ?? channelId;
  const gateway = useGateway();
  const composer = useComposer(composerId);
  const input = useRef<HTMLTextAreaElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const [showsEmoji, setShowsEmoji] = useState(false);
  const [stickers, setStickers] = useState<readonly Sticker[]>();
  const [isRecording, setIsRecording] = useState(false);
  const waitUntil = useTurn(channel.slowMode);
  const isWaiting = waitUntil !== undefined && !composer.editing;
  const slowModeId = useId();
  const { noteTyping, endTyping } = useTyping(gateway.messages, channelId);
  const completion = useCompletions(channelId, composerId, input);
  const { text, focusRequests } = composer;

  useLayoutEffect(() => {
    if (focusRequests > 0) input.current?.focus();
  }, [focusRequests]);

  const handleSend = (): void => {
    const isEmpty = text.trim() === '';
    // The line below says how long it is.
    if (isWaiting) return;
    if (composer.editing && isEmpty) {
      confirmDeletion(composer.editing);
      return;
    }
    const { mentions, channels, emoji } = composer;
    const replyTo = toReference(composer.replyTo);
    const outgoing = { text, mentions, channels, emoji, replyTo, thread };
    if (!composer.editing && tray.items.length === 0 && parseCommand(text)) {
      void handleCommand(outgoing);
      return;
    }
    if (composer.editing) gateway.messages.editText(channelId, composer.editing.eventId, outgoing);
    else if (tray.items.length > 0) tray.send(isEmpty && !outgoing.replyTo && !thread ? undefined : outgoing);
    else if (!isEmpty)
      gateway.messages.sendText(channelId, { ...outgoing, text: text.replace(/^\/\//, '/') });
    else return;
    finish();
  };

  const finish = (): void => {
    clearComposer(composerId);
    completion.close();
    endTyping();
  };

  /** What was typed stays when it cannot be done. */
  const handleCommand = async (outgoing: OutgoingText): Promise<void> => {
    try {
      await performCommand(gateway, channelId, outgoing);
      finish();
    } catch (error) {
      showToast(error instanceof CommandError ? error.message : describeError(error), 'danger');
    }
  };

  const confirmDeletion = (message: Message): void => {
    deleteMessage.perform({
      gateway,
      channelId,
      message,
      canSend: true,
      startReply: (target) => startReply(composerId, target),
      startEdit: (target) => startEdit(composerId, target),
      pickReaction: () => undefined,
    });
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (completion.handleKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !isTouch()) {
      event.preventDefault();
      handleSend();
    } else if (event.key === 'Escape' && (composer.editing || composer.replyTo)) {
      event.preventDefault();
      cancelReference(composerId);
    } else if (event.key === 'ArrowUp' && text === '' && !composer.editing) {
      const store = thread ? gateway.thread(channelId, thread.rootId) : gateway.timeline(channelId);
      const last = findLastOwn(store.getSnapshot().items);
      if (!last) return;
      event.preventDefault();
      startEdit(composerId, last);
    }
  };

  const handleRecorded = (recording: Recording | undefined): void => {
    setIsRecording(false);
    changeComposer(composerId, { focusRequests: focusRequests + 1 });
    if (!recording) return;
    const replyTo = toReference(composer.replyTo);
    const caption = replyTo || thread ? { text: '', mentions: [], replyTo, thread } : undefined;
    tray.sendAtOnce(buildVoiceAttachment(recording), caption);
    cancelReference(composerId);
  };

  /** Says why not, where something may not be sent besides text. */
  const isRefused = (isAllowed: boolean, reason: PlainMessageKey): boolean => {
    if (isAllowed && !isWaiting) return false;
    showToast(isAllowed ? t('composer.slowModeWait') : t(reason));
    return true;
  };

  const handlePoll = (): void => {
    if (isRefused(channel.permissions.canBeginPolls, 'composer.mayNotPoll')) return;
    openDialog({ kind: 'create-poll', channelId });
  };

  const handleStickers = (): void => {
    if (isRefused(channel.permissions.canSendStickers, 'composer.mayNotSendStickers')) return;
    const offered = gateway.listStickers(channelId);
    if (offered.length > 0) setStickers(offered);
    else showToast(t('sticker.none'));
  };

  const sendSticker = (sticker: Sticker): void => {
    gateway.messages.sendSticker(channelId, sticker, { replyTo: toReference(composer.replyTo), thread });
    cancelReference(composerId);
  };

  const insertEmoji = (picked: PickedEmoji): void => {
    const caret = input.current?.selectionStart ?? text.length;
    const sign = typeof picked === 'string' ? picked : `:${picked.shortcode}:`;
    changeComposer(composerId, {
      text: text.slice(0, caret) + sign + text.slice(caret),
      ...(typeof picked !== 'string' && { emoji: [...composer.emoji, picked] }),
      focusRequests: focusRequests + 1,
    });
  };

  const handlePaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    tray.add(event.clipboardData.files);
  };

  const handleChange = (value: string): void => {
    changeComposer(composerId, { text: value });
    if (value.trim() === '' || beginsCommand(value)) endTyping();
    else noteTyping();
    completion.follow();
  };

  const label = thread ? t('thread.write') : t('composer.placeholder', { name: channel.name });
  const canSpeak = canRecord() && !isWaiting && text === '' && !composer.editing && tray.items.length === 0;
  const canSend =
    !isWaiting && (text.trim() !== '' || tray.items.some((item) => item.progress === undefined));
  return (
    <div className={styles.area}>
      <ReferenceBanner composer={composer} handleCancel={() => cancelReference(composerId)} />
      {completion.completions.length > 0 && <CompletionList {...completion} handlePick={completion.pick} />}
      <div className={styles.frame}>
        <AttachmentTrayView tray={tray} />
        {isRecording && <VoiceRecorder handleEnd={handleRecorded} />}
        <div className={styles.line} hidden={isRecording}>
          <MenuButton
            side="top"
            entries={[
              {
                id: 'attach',
                label: t('composer.attach'),
                icon: Paperclip,
                perform: () => fileInput.current?.click(),
              },
              {
                id: 'poll',
                label: t('poll.create'),
                icon: ChartBar,
                perform: handlePoll,
              },
              {
                id: 'sticker',
                label: t('sticker.send'),
                icon: StickerIcon,
                perform: handleStickers,
              },
            ]}
          >
            <IconButton icon={CirclePlus} label={t('composer.add')} />
          </MenuButton>
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
          <MarkdownField
            ref={input}
            className={styles.input}
            value={text}
            names={composer}
            placeholder={label}
            aria-label={label}
            aria-describedby={channel.slowMode ? slowModeId : undefined}
            aria-autocomplete="list"
            aria-controls={completion.completions.length > 0 ? 'completion-list' : undefined}
            aria-activedescendant={
              completion.completions.length > 0 ? `completion-${completion.selected}` : undefined
            }
            enterKeyHint={isTouch() ? 'enter' : 'send'}
            onChange={(event) => handleChange(event.target.value)}
            onSelect={completion.follow}
            onKeyDown={handleKey}
            onPaste={handlePaste}
            onBlur={endTyping}
          />
          <IconButton
            ref={emojiButton}
            icon={Smile}
            label={t('emoji.button')}
            onClick={() => setShowsEmoji(true)}
          />
          {canSpeak && (
            <IconButton icon={Mic} label={t('voice.record')} onClick={() => setIsRecording(true)} />
          )}
          <IconButton
            className={styles.send}
            icon={SendHorizontal}
            label={composer.editing ? t('composer.saveEdit') : t('composer.send')}
            disabled={!canSend}
            onClick={handleSend}
          />
        </div>
      </div>
      {(!thread || channel.slowMode) && (
        <div className={styles.foot}>
          {!thread && <TypingLine channelId={channelId} />}
          {channel.slowMode && (
            <SlowModeLine id={slowModeId} slowMode={channel.slowMode} waitUntil={waitUntil} />
          )}
        </div>
      )}
      {showsEmoji && (
        <EmojiPopover
          anchor={emojiButton.current}
          channelId={channelId}
          beginsWithAll
          handleClose={() => setShowsEmoji(false)}
          handlePick={insertEmoji}
        />
      )}
      {stickers && (
        <StickerPopover
          anchor={emojiButton.current}
          stickers={stickers}
          handleClose={() => setStickers(undefined)}
          handlePick={sendSticker}
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
