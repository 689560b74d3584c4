import { useMemo } from 'react';
import { resample } from '../../lib/waveform.ts';
import styles from './MessageAudio.module.css';

const barCount = 48;
/** In units of the drawing. */
const step = 4;
const height = 28;

interface WaveformProps {
  /** How loud it is from beginning to end, 0 to 1; nothing is drawn without any. */
  readonly bars: readonly number[];
  /** The part that was played, 0 to 1. */
  readonly part: number;
}

/** How loud a sound is, and how far it was heard. */
export function Waveform({ bars, part }: WaveformProps) {
  const drawn = useMemo(() => resample(bars, barCount), [bars]);
  if (bars.length === 0) return null;
  const played = Math.round(part * barCount);
  return (
    <svg
      className={styles.waveform}
      viewBox={`0 0 ${barCount * step} ${height}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      <path className={styles.played} d={drawBars(drawn, 0, played)} />
      <path className={styles.rest} d={drawBars(drawn, played, barCount)} />
    </svg>
  );
}

function drawBars(bars: readonly number[], from: number, to: number): string {
  return bars
    .slice(from, to)
    .map((loudness, index) => {
      const length = Math.max(3, loudness * (height - 2));
      return `M${(from + index + 0.5) * step} ${(height - length) / 2}v${length}`;
    })
    .join('');
}
