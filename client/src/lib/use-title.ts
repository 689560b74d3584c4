import { useEffect } from 'react';

/** Names the browser's tab after the place that is open, the most particular part first. */
export function useTitle(...parts: readonly (string | undefined)[]): void {
  const title = [...parts, 'Guildhall'].filter(Boolean).join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}
