import { MessagesSquare } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { formatStamp } from '../../lib/time.ts';
import type { ThreadSummary } from '../../matrix/types.ts';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';
import styles from './ThreadLine.module.css';

interface ThreadLineProps {
  readonly rootId: string;
  readonly thread: ThreadSummary;
  readonly handleOpen: () => void;
}

/** The thread under the message that began it; a dot says that there is something new for those who were in it. */
export function ThreadLine({ rootId, thread, handleOpen }: ThreadLineProps) {
  const { count, latestAuthor, latestTimestamp, latestIsOwn } = thread;
  const seen = usePreferences((state) => state.seenThreads[rootId]);
  const isNew = seen !== undefined && latestTimestamp > seen && !latestIsOwn;
  return (
    <button type="button" className={styles.thread} onClick={handleOpen}>
      <MessagesSquare size={16} strokeWidth={1.75} aria-hidden />
      <span className={styles.count}>{t('thread.replies', { count })}</span>
      <span className={styles.latest}>
        {t('thread.latest', { name: latestAuthor.name, time: formatStamp(latestTimestamp) })}
      </span>
      {isNew && (
        <span className={styles.dot}>
          <VisuallyHidden>{t('thread.new')}</VisuallyHidden>
        </span>
      )}
    </button>
  );
}
