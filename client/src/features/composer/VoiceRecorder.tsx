import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { formatDuration } from '../../lib/time.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { type Recording, useVoiceRecorder } from './use-voice-recorder.ts';
import styles from './VoiceRecorder.module.css';

/** How much of the loudness is drawn, in measures. */
const shownLevels = 60;

interface VoiceRecorderProps {
  /** Called once, with what is to be sent, or with nothing. */
  readonly handleEnd: (recording: Recording | undefined) => void;
}

/** Listens to somebody in place of the text: send it or throw it away. */
export function VoiceRecorder({ handleEnd }: VoiceRecorderProps) {
  const { phase, duration, levels, finish } = useVoiceRecorder();
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it is refused.
  useEffect(() => {
    if (phase !== 'refused') return;
    showToast(t('voice.refused'), 'danger');
    handleEnd(undefined);
  }, [phase]);
  const shown = levels.slice(-shownLevels);
  return (
    <section
      className={styles.recorder}
      aria-label={t('voice.recording')}
      onKeyDown={(event) => event.key === 'Escape' && handleEnd(undefined)}
    >
      <IconButton
        icon={Trash2}
        tone="danger"
        label={t('voice.discard')}
        onClick={() => handleEnd(undefined)}
      />
      <span className={styles.light} aria-hidden />
      <span className={styles.time} role="timer">
        {formatDuration(duration)}
      </span>
      <span className={styles.levels} aria-hidden>
        {shown.map((level, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is nothing but its place.
            key={index}
            className={styles.level}
            style={{ height: `${Math.max(8, level * 100)}%` }}
          />
        ))}
      </span>
      <IconButton
        autoFocus
        className={styles.send}
        icon={SendHorizontal}
        label={t('voice.send')}
        disabled={phase !== 'recording' || levels.length === 0}
        onClick={() => void finish().then(handleEnd)}
      />
    </section>
  );
}
