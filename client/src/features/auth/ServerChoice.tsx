import { Server } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';
import type { Door } from '../../lib/homeserver/door.ts';
import type { Homeserver } from '../../lib/homeserver/homeserver.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import styles from './ServerChoice.module.css';

// Few people name another server: the page opens without what looks for one.
const ServerForm = lazy(() => import('./ServerForm.tsx'));

interface ServerChoiceProps {
  readonly homeserver: Homeserver;
  /** Whether another one is asked for. */
  readonly isAsking: boolean;
  readonly setIsAsking: (isAsking: boolean) => void;
  readonly handleFound: (door: Door) => void;
}

/** Which server somebody signs in to, and a way to name another one. */
export function ServerChoice({ homeserver, isAsking, setIsAsking, handleFound }: ServerChoiceProps) {
  const button = useRef<HTMLButtonElement>(null);
  const turnsBack = useRef(false);
  useEffect(() => {
    // The field that had the focus is gone.
    if (!isAsking && turnsBack.current) button.current?.focus();
    turnsBack.current = false;
  }, [isAsking]);
  if (isAsking) {
    return (
      <Suspense fallback={<Skeleton height={44} />}>
        <ServerForm
          handleFound={(door) => {
            setIsAsking(false);
            handleFound(door);
          }}
          handleClose={() => {
            turnsBack.current = true;
            setIsAsking(false);
          }}
        />
      </Suspense>
    );
  }
  return (
    <div className={styles.line}>
      <Server size={16} strokeWidth={1.75} aria-hidden />
      <p className={styles.name}>
        <span className={styles.label}>{t('server.on')}</span> {homeserver.name}
      </p>
      <Button ref={button} variant="plain" onClick={() => setIsAsking(true)}>
        {t('server.another')}
      </Button>
    </div>
  );
}
