import { useState } from 'react';
import { joinClasses } from '../src/lib/join-classes.ts';
import styles from './GalleryFrame.module.css';
import { buildPlace, type GalleryPlace } from './place.ts';

/** The list of stories, and one of them in a frame, as large as a desktop or a phone. */
export function GalleryFrame({ storyIds }: { readonly storyIds: readonly string[] }) {
  const [isPhone, setIsPhone] = useState(false);
  const [place, setPlace] = useState<GalleryPlace>({
    storyId: storyIds[0],
    theme: 'dark',
    hasHighContrast: false,
    isCompact: false,
  });
  const check = (label: string, isOn: boolean, handleChange: (isOn: boolean) => void) => (
    <label>
      <input type="checkbox" checked={isOn} onChange={(event) => handleChange(event.target.checked)} />{' '}
      {label}
    </label>
  );
  return (
    <div className={styles.frame}>
      <nav className={styles.list} aria-label="Stories">
        {storyIds.map((storyId) => (
          <button
            key={storyId}
            type="button"
            className={styles.story}
            aria-current={storyId === place.storyId || undefined}
            onClick={() => setPlace({ ...place, storyId })}
          >
            {storyId}
          </button>
        ))}
      </nav>
      <div className={styles.tools}>
        {check('light', place.theme === 'light', (isOn) =>
          setPlace({ ...place, theme: isOn ? 'light' : 'dark' }),
        )}
        {check('high contrast', place.hasHighContrast, (hasHighContrast) =>
          setPlace({ ...place, hasHighContrast }),
        )}
        {check('compact', place.isCompact, (isCompact) => setPlace({ ...place, isCompact }))}
        {check('phone', isPhone, setIsPhone)}
      </div>
      <iframe
        className={joinClasses(styles.screen, isPhone && styles.phone)}
        title={place.storyId ?? ''}
        src={buildPlace(place)}
      />
    </div>
  );
}
