/** What the address of the gallery says: a story, or none for the list of them, and how it looks. */
export interface GalleryPlace {
  readonly storyId: string | undefined;
  readonly theme: 'dark' | 'light';
  readonly hasHighContrast: boolean;
  readonly isCompact: boolean;
}

/** Reads `#group/name?theme=light&contrast=more&density=compact`. */
export function parsePlace(hash: string): GalleryPlace {
  const [id = '', search = ''] = hash.replace(/^#/, '').split('?');
  const looks = new URLSearchParams(search);
  return {
    storyId: id === '' ? undefined : decodeURIComponent(id),
    theme: looks.get('theme') === 'light' ? 'light' : 'dark',
    hasHighContrast: looks.get('contrast') === 'more',
    isCompact: looks.get('density') === 'compact',
  };
}

export function buildPlace({ storyId = '', theme, hasHighContrast, isCompact }: GalleryPlace): string {
  const looks = new URLSearchParams({
    theme,
    ...(hasHighContrast && { contrast: 'more' }),
    ...(isCompact && { density: 'compact' }),
  });
  return `#${encodeURIComponent(storyId)}?${looks}`;
}
