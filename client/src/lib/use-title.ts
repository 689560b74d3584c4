import { useEffect } from 'react';
import { create } from 'zustand';

interface TitleBadge {
  /** How many messages are meant for us and not read yet. */
  readonly count: number;
}

const useTitleBadge = create<TitleBadge>(() => ({ count: 0 }));

/** Shows a number in front of the title of the browser's tab; none for 0. */
export function setTitleBadge(count: number): void {
  useTitleBadge.setState({ count });
}

/** Names the browser's tab after the place that is open, the most particular part first. */
export function useTitle(...parts: readonly (string | undefined)[]): void {
  const count = useTitleBadge((state) => state.count);
  const title = [...parts, 'Guildhall'].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = count > 0 ? `(${count}) ${title}` : title;
  }, [title, count]);
}
