import { Timer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { formatDuration, formatSpan } from '../../lib/time.ts';
import type { SlowMode } from '../../matrix/types.ts';
import styles from './SlowModeLine.module.css';

interface SlowModeLineProps {
  readonly id: string;
  readonly slowMode: SlowMode;
  /** When one may speak again, in milliseconds; undefined when now. */
  readonly waitUntil: number | undefined;
}

/** Says how often one may speak here, and how long it is until one may again. */
export function SlowModeLine({ id, slowMode, waitUntil }: SlowModeLineProps) {
  const every = t('composer.slowMode', { time: formatSpan(slowMode.seconds) });
  return (
    <p id={id} className={styles.line} title={every}>
      <Timer size={13} aria-hidden />
      {waitUntil === undefined ? (
        <span className={styles.text}>{slowMode.isExempt ? t('composer.slowModeExempt') : every}</span>
      ) : (
        <Countdown until={waitUntil} />
      )}
    </p>
  );
}

/** The time that is left. It is read out when one comes to the text, not each second. */
function Countdown({ until }: { readonly until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(1, Math.ceil((until - now) / 1000));
  return (
    <span className={styles.waiting} role="timer">
      {t('composer.slowModeLeft', { time: formatDuration(left * 1000) })}
    </span>
  );
}
