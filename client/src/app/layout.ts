import { useMediaQuery } from '../lib/use-media-query.ts';

/** How much room there is: all three columns, two with the members in a drawer, or one at a time. */
export type Layout = 'wide' | 'medium' | 'narrow';

export function useLayout(): Layout {
  const isNarrow = useMediaQuery('(width < 720px)');
  const isMedium = useMediaQuery('(width < 1040px)');
  return isNarrow ? 'narrow' : isMedium ? 'medium' : 'wide';
}

export function isMembersDrawer(layout: Layout): boolean {
  return layout !== 'wide';
}
