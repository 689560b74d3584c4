import { Download, Mic, Pause, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatFileSize } from '../../lib/file-size.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { formatDuration } from '../../lib/time.ts';
import type { AudioContent } from '../../matrix/types.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useDownload } from '../media/use-download.ts';
import { useMedia } from '../media/use-media.ts';
import styles from './MessageAudio.module.css';
import { usePlayer } from './use-player.ts';
import { Waveform } from './Waveform.tsx';

/** A sound that was sent, or what somebody spoke. It is loaded when somebody wants to hear it. */
export function MessageAudio({ content }: { readonly content: AudioContent }) {
  const { mxc, name, size, isVoice } = content;
  const [isWanted, setIsWanted] = useState(false);
  const { url, hasFailed } = useMedia(isWanted ? mxc : undefined);
  const player = usePlayer(url, content.duration);
  useEffect(() => {
    if (!hasFailed) return;
    setIsWanted(false);
    showToast(t('file.failed', { name }), 'danger');
  }, [hasFailed, name]);
  const { position, duration, isPlaying } = player;
  const isLoading = isWanted && url === undefined && !hasFailed;
  const Icon = isPlaying ? Pause : Play;
  return (
    <section className={styles.player} aria-label={isVoice ? t('message.aVoice') : name}>
      <audio ref={player.audio} src={url} {...player.handlers} />
      <button
        type="button"
        className={styles.toggle}
        aria-label={isPlaying ? t('audio.pause') : t('audio.play')}
        disabled={isLoading}
        onClick={() => {
          if (url === undefined) setIsWanted(true);
          else player.toggle();
        }}
      >
        {isLoading ? <Spinner /> : <Icon size={20} fill="currentColor" strokeWidth={0} aria-hidden />}
      </button>
      <div className={styles.middle}>
        <p className={styles.name}>
          {isVoice && <Mic size={13} strokeWidth={2} aria-hidden />}
          {isVoice ? t('message.aVoice') : name}
        </p>
        <span className={styles.track}>
          <Waveform bars={content.waveform} part={duration > 0 ? position / duration : 0} />
          <input
            type="range"
            className={joinClasses(styles.range, content.waveform.length > 0 && styles.invisible)}
            min={0}
            max={duration}
            step={100}
            value={position}
            disabled={url === undefined}
            aria-label={t('audio.position')}
            aria-valuetext={formatDuration(position)}
            onChange={(event) => player.seek(Number(event.target.value))}
          />
        </span>
        <p className={styles.times}>
          <span>{formatDuration(isPlaying || position > 0 ? position : duration)}</span>
          {size !== undefined && !isVoice && <span>{formatFileSize(size)}</span>}
        </p>
      </div>
      <button
        type="button"
        className={styles.side}
        aria-label={t('audio.speed', { speed: player.speed })}
        onClick={player.changeSpeed}
      >
        {player.speed}×
      </button>
      {!isVoice && <DownloadButton mxc={mxc} name={name} />}
    </section>
  );
}

function DownloadButton({ mxc, name }: { readonly mxc: string; readonly name: string }) {
  const { download, isBusy } = useDownload(mxc, name);
  return (
    <button
      type="button"
      className={styles.side}
      aria-label={t('file.download', { name })}
      disabled={isBusy}
      onClick={download}
    >
      <Download size={16} strokeWidth={1.75} aria-hidden />
    </button>
  );
}
