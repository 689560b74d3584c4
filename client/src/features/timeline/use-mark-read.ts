import { useEffect } from 'react';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { TimelineSnapshot } from '../../matrix/types.ts';

/** Marks the channel as read while somebody looks at its newest message. */
export function useMarkRead(store: TimelineStore, snapshot: TimelineSnapshot, isAtEnd: boolean): void {
  useEffect(() => {
    const markRead = (): void => {
      if (isAtEnd && snapshot.isLive && document.hasFocus()) void store.markRead();
    };
    const timer = setTimeout(markRead, 300);
    window.addEventListener('focus', markRead);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('focus', markRead);
    };
  }, [store, snapshot, isAtEnd]);
}
