import { type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { PlaceHeader } from '../../features/channel/ChannelHeader.tsx';
import { TimelineSkeleton } from '../../features/timeline/TimelineSkeleton.tsx';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import styles from './PlaceStates.module.css';

/** How long a place that was just joined may take to arrive with sync, in milliseconds. */
const arrivalTime = 6000;

interface MissingPlaceProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly homePath?: string;
}

/** A place that is not there: for a moment it may be on its way, then we say so. */
export function MissingPlace({ title, children, homePath = '/home' }: MissingPlaceProps) {
  const [, navigate] = useLocation();
  const isLate = useLateness();
  return (
    <>
      <PlaceHeader>{!isLate && <Skeleton width={140} />}</PlaceHeader>
      {isLate ? (
        <ErrorState
          title={title}
          action={<Button onClick={() => navigate(homePath)}>{t('hall.goBack')}</Button>}
        >
          {children}
        </ErrorState>
      ) : (
        <TimelineSkeleton />
      )}
    </>
  );
}

/** The list of a guild that is not there. */
export function MissingList() {
  return useLateness() ? <div className={styles.list} /> : <ListSkeleton />;
}

/** Whether what should be here had its time to arrive. */
function useLateness(): boolean {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), arrivalTime);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}

/** A list of channels that is on its way. */
export function ListSkeleton() {
  return (
    <div className={styles.list} role="status" aria-label={t('channel.loading')}>
      <div className={styles.head}>
        <Skeleton width={128} height={16} />
      </div>
      {[96, 72, 120, 84, 104].map((width) => (
        <div key={width} className={styles.line}>
          <Skeleton width={16} height={16} />
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
