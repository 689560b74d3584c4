import { useEffect, useRef, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { Message, TimelineItem } from '../../matrix/types.ts';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';

interface MessageAnnouncerProps {
  readonly items: readonly TimelineItem[];
  readonly ownUserId: string;
}

/** At most one announcement in this time, in milliseconds: the last of a burst stands for it. */
const interval = 1500;

/** Reads new messages of others out to screen readers; the list itself is silent, for scrolling changes it as well. */
export function MessageAnnouncer({ items, ownUserId }: MessageAnnouncerProps) {
  const [text, setText] = useState('');
  const lastSeen = useRef<number>(undefined);
  const newest = items.findLast((item) => item.type === 'message')?.message;
  useEffect(() => {
    const seen = lastSeen.current;
    lastSeen.current = Math.max(seen ?? 0, newest?.timestamp ?? 0);
    if (seen === undefined || !newest || newest.timestamp <= seen || newest.author.userId === ownUserId)
      return;
    const timer = setTimeout(() => setText(describe(newest)), interval);
    return () => clearTimeout(timer);
  }, [newest, ownUserId]);
  return (
    <VisuallyHidden>
      <span role="status">{text}</span>
    </VisuallyHidden>
  );
}

function describe({ author, content }: Message): string {
  switch (content.kind) {
    case 'text':
      return `${author.name}: ${content.body}`;
    case 'image':
      return t('message.sentImage', { name: author.name, image: content.caption?.body ?? content.name });
    case 'poll':
      return `${author.name}: ${content.question}`;
    case 'video':
    case 'audio':
    case 'file':
      return t('message.sentFile', { name: author.name, file: content.name });
    default:
      return '';
  }
}
