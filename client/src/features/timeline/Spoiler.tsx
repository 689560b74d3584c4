import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import styles from './Spoiler.module.css';

interface SpoilerProps {
  readonly reason: string;
  readonly children: ReactNode;
}

/** Text that stays covered until somebody wants to read it. */
export function Spoiler({ reason, children }: SpoilerProps) {
  const [isShown, setIsShown] = useState(false);
  if (isShown) return <span className={styles.spoiler}>{children}</span>;
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    setIsShown(true);
  };
  return (
    <>
      {reason !== '' && <span className={styles.reason}>({reason}) </span>}
      {/* biome-ignore lint/a11y/useSemanticElements: what is covered may hold links, and a button may not. */}
      <span
        role="button"
        tabIndex={0}
        className={joinClasses(styles.spoiler, styles.covered)}
        aria-label={reason === '' ? t('spoiler.show') : t('spoiler.showReason', { reason })}
        onClick={() => setIsShown(true)}
        onKeyDown={handleKey}
      >
        <span inert>{children}</span>
      </span>
    </>
  );
}
