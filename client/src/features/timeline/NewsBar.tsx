import { ArrowUp, CheckCheck } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { News, TimelineSnapshot } from '../../matrix/types.ts';
import styles from './Timeline.module.css';
import type { TimelineScroll } from './use-timeline-scroll.ts';

/** The key of the line at which what is new begins. */
const lineKey = 'unread';

interface NewsBarProps {
  readonly store: TimelineStore;
  readonly snapshot: TimelineSnapshot;
  readonly scroll: TimelineScroll;
  readonly handleJump: (eventId: string) => void;
}

/** Says how much is new above what is on the screen, until the line where it begins was seen. */
export function NewsBar({ store, snapshot, scroll, handleJump }: NewsBarProps) {
  const { news } = snapshot;
  const [seen, setSeen] = useState<string>();
  const isAbove = useSyncExternalStore(scroll.viewport.subscribe, () => scroll.viewport.isAbove(lineKey));
  const readUpTo = news?.readUpTo;
  useEffect(() => {
    if (isAbove === false) setSeen(readUpTo);
  }, [isAbove, readUpTo]);
  if (!news || isAbove === false || seen === readUpTo) return null;
  const handleShow = (): void => {
    setSeen(readUpTo);
    if (isAbove === undefined) handleJump(news.readUpTo);
    else scroll.showEvent(lineKey);
  };
  return (
    <div className={styles.news}>
      <button type="button" className={styles.newsText} onClick={handleShow}>
        <ArrowUp size={14} strokeWidth={2} aria-hidden /> {describe(news)}
      </button>
      <button type="button" className={styles.newsDone} onClick={() => store.dismissNews()}>
        <CheckCheck size={14} strokeWidth={2} aria-hidden /> {t('channel.markRead')}
      </button>
    </div>
  );
}

function describe({ count, since, isComplete }: News): string {
  return isComplete
    ? t('timeline.news', { count, time: formatStamp(since) })
    : t('timeline.newsMore', { count });
}
