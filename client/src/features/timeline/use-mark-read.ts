import { useEffect } from 'react';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { TimelineSnapshot } from '../../matrix/types.ts';

/**
 * Marks the channel as read while somebody looks at its newest message: as soon as it is drawn, since whoever has seen it
 * may leave at once.
 */
export function useMarkRead(store: TimelineStore, snapshot: TimelineSnapshot, isAtEnd: boolean): void {
  useEffect(() => {
    const markRead = (): void => {
      if (isAtEnd && snapshot.isLive && document.hasFocus()) store.markRead();
    };
    markRead();
    window.addEventListener('focus', markRead);
    return () => window.removeEventListener('focus', markRead);
  }, [store, snapshot, isAtEnd]);
}
