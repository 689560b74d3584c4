import { useCallback, useEffect, useRef, useState } from 'react';
import { describeError, readErrcode } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { OutgoingText } from '../../matrix/build-message.ts';
import type { MessageActions } from '../../matrix/messages.ts';
import { type Attachment, readAttachments, releaseAttachment } from './attachments.ts';

/** An attachment and how far it is on its way. */
export interface TrayItem {
  readonly attachment: Attachment;
  /** The part that was uploaded, 0 to 1; undefined while it waits. */
  readonly progress: number | undefined;
  readonly error: string | undefined;
  readonly isSpoiler: boolean;
}

export interface AttachmentTray {
  readonly items: readonly TrayItem[];
  readonly add: (files: Iterable<File>) => void;
  /** Takes an attachment out; an upload that is under way ends. */
  readonly remove: (id: number) => void;
  /** Covers an image or film for those who get it, or uncovers it again. */
  readonly toggleSpoiler: (id: number) => void;
  /** Adds an attachment and sends it without waiting for anything else; it stays if it cannot be sent. */
  readonly sendAtOnce: (attachment: Attachment, caption: OutgoingText | undefined) => void;
  /** Uploads and sends everything that waits or failed; the caption goes with the first. */
  readonly send: (caption: OutgoingText | undefined) => void;
}

/** The files in the composer of a channel. */
export function useAttachments(messages: MessageActions, channelId: string): AttachmentTray {
  const [items, setItems] = useState<readonly TrayItem[]>([]);
  const uploads = useRef(new Map<number, AbortController>());
  const latest = useRef(items);
  latest.current = items;

  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const upload of running.values()) upload.abort();
      for (const { attachment } of latest.current) releaseAttachment(attachment);
    };
  }, []);

  const change = useCallback((id: number, changes: Partial<TrayItem>) => {
    setItems((current) =>
      current.map((item) => (item.attachment.id === id ? { ...item, ...changes } : item)),
    );
  }, []);

  const add = useCallback((files: Iterable<File>) => {
    void readAttachments(files).then((attachments) => {
      const waiting = attachments.map((attachment) => ({
        attachment,
        progress: undefined,
        error: undefined,
        isSpoiler: false,
      }));
      setItems((current) => [...current, ...waiting]);
    });
  }, []);

  const remove = useCallback((id: number) => {
    uploads.current.get(id)?.abort();
    uploads.current.delete(id);
    setItems((current) => {
      const leaving = current.find((item) => item.attachment.id === id);
      if (leaving) releaseAttachment(leaving.attachment);
      return current.filter((item) => item !== leaving);
    });
  }, []);

  const sendOne = useCallback(
    async ({ attachment, isSpoiler }: TrayItem, caption: OutgoingText | undefined) => {
      const { id, file, shape } = attachment;
      const abort = new AbortController();
      uploads.current.set(id, abort);
      change(id, { progress: 0, error: undefined });
      try {
        await messages.sendFile(
          channelId,
          { file, shape, isSpoiler, caption },
          { signal: abort.signal, handleProgress: (progress) => change(id, { progress }) },
        );
        remove(id);
      } catch (error) {
        if (!abort.signal.aborted) change(id, { progress: undefined, error: describeUploadError(error) });
      }
    },
    [messages, channelId, change, remove],
  );

  const sendAtOnce = useCallback(
    (attachment: Attachment, caption: OutgoingText | undefined) => {
      const item = { attachment, progress: 0, error: undefined, isSpoiler: false };
      setItems((current) => [...current, item]);
      void sendOne(item, caption);
    },
    [sendOne],
  );

  const send = useCallback(
    (caption: OutgoingText | undefined) => {
      const waiting = latest.current.filter((item) => item.progress === undefined);
      // One after the other: the order in which they were added is the order in which they are seen.
      void waiting.reduce(async (before, item, index) => {
        await before;
        await sendOne(item, index === 0 ? caption : onlyThread(caption));
      }, Promise.resolve());
    },
    [sendOne],
  );

  const toggleSpoiler = useCallback((id: number) => {
    setItems((current) =>
      current.map((item) => (item.attachment.id === id ? { ...item, isSpoiler: !item.isSpoiler } : item)),
    );
  }, []);

  return { items, add, remove, toggleSpoiler, sendAtOnce, send };
}

/** What the caption says of all files: the thread that they go to. */
function onlyThread(caption: OutgoingText | undefined): OutgoingText | undefined {
  return caption?.thread && { text: '', mentions: [], thread: caption.thread };
}

function describeUploadError(error: unknown): string {
  return readErrcode(error) === 'M_TOO_LARGE' ? t('composer.tooLarge') : describeError(error);
}
