import { useMediaQuery } from '../lib/use-media-query.ts';

const mediumQuery = '(width < 1040px)';

/** How much room there is: all three columns, two with the members in a drawer, or one at a time. */
export type Layout = 'wide' | 'medium' | 'narrow';

export function useLayout(): Layout {
  const isNarrow = useMediaQuery('(width < 720px)');
  const isMedium = useMediaQuery(mediumQuery);
  return isNarrow ? 'narrow' : isMedium ? 'medium' : 'wide';
}

/** Whether the members lie in a drawer now, for those who are no component. */
export function readsMembersFromDrawer(): boolean {
  return window.matchMedia(mediumQuery).matches;
}

export function isMembersDrawer(layout: Layout): boolean {
  return layout !== 'wide';
}
