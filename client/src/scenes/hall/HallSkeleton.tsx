import { TimelineSkeleton } from '../../features/timeline/TimelineSkeleton.tsx';
import { t } from '../../lib/i18n/translate.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import styles from './HallSkeleton.module.css';
import { ListSkeleton } from './PlaceStates.tsx';

/** The hall before the first sync: the same columns, nothing in them yet. */
export function HallSkeleton() {
  return (
    <div className={styles.hall} role="status" aria-label={t('hall.opening')}>
      <div className={styles.rail}>
        <span className={styles.mark}>
          <Mark size={26} />
        </span>
        <Skeleton shape="squircle" width={48} height={48} />
        <Skeleton shape="squircle" width={48} height={48} />
        <Skeleton shape="squircle" width={48} height={48} />
      </div>
      <div className={styles.side}>
        <ListSkeleton />
      </div>
      <div className={styles.main}>
        <div className={styles.header}>
          <Skeleton width={140} />
        </div>
        <TimelineSkeleton />
        <div className={styles.composer}>
          <Skeleton height={48} />
        </div>
      </div>
    </div>
  );
}
