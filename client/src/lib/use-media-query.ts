import { useCallback, useSyncExternalStore } from 'react';

/** Whether a media query holds, kept current. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (handleChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', handleChange);
      return () => list.removeEventListener('change', handleChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
