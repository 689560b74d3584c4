import { Dialog } from '@base-ui/react/dialog';
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import type { ImageContent, VideoContent } from '../../matrix/types.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { useMedia } from '../media/use-media.ts';
import styles from './Lightbox.module.css';

export interface ShownMedia {
  readonly eventId: string;
  readonly content: ImageContent | VideoContent;
}

interface LightboxProps {
  /** The pictures and films that one can turn to, the oldest first. */
  readonly media: readonly ShownMedia[];
  /** The one to begin with. */
  readonly eventId: string;
  readonly handleClose: () => void;
}

/** Pictures and films as large as the window allows, one after the other. */
export default function Lightbox({ media, eventId, handleClose }: LightboxProps) {
  const [shownId, setShownId] = useState(eventId);
  const index = media.findIndex((shown) => shown.eventId === shownId);
  const shown = media[index];
  const { url } = useMedia(shown?.content.mxc);
  if (!shown) return null;
  const { content } = shown;
  const turn = (step: 1 | -1): void => setShownId(media[index + step]?.eventId ?? shownId);
  const handleKey = (event: KeyboardEvent): void => {
    // In a film, the arrows belong to the film.
    if (event.target instanceof HTMLVideoElement) return;
    if (event.key === 'ArrowLeft') turn(-1);
    if (event.key === 'ArrowRight') turn(1);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.stage} aria-label={content.name} onKeyDown={handleKey}>
          <div className={styles.bar}>
            <Dialog.Title className={styles.name}>{content.name}</Dialog.Title>
            {media.length > 1 && (
              <span className={styles.count} role="status">
                {t('lightbox.place', { place: index + 1, total: media.length })}
              </span>
            )}
            {url === undefined ? (
              <Spinner label={t('image.loading')} />
            ) : (
              <a
                className={styles.button}
                href={url}
                download={content.name}
                aria-label={t('common.download')}
              >
                <Download size={18} strokeWidth={1.75} aria-hidden />
              </a>
            )}
            <Dialog.Close className={styles.button} aria-label={t('common.close')}>
              <X size={20} strokeWidth={1.75} aria-hidden />
            </Dialog.Close>
          </div>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape and the cross close it from the keyboard. */}
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the image is a shortcut, no control. */}
          <div
            className={styles.space}
            onClick={(event) => event.target === event.currentTarget && handleClose()}
          >
            <Medium key={shown.eventId} content={content} url={url} />
          </div>
          {index > 0 && (
            <button
              type="button"
              className={styles.previous}
              aria-label={t('lightbox.previous')}
              onClick={() => turn(-1)}
            >
              <ChevronLeft size={28} strokeWidth={1.75} aria-hidden />
            </button>
          )}
          {index < media.length - 1 && (
            <button
              type="button"
              className={styles.next}
              aria-label={t('lightbox.next')}
              onClick={() => turn(1)}
            >
              <ChevronRight size={28} strokeWidth={1.75} aria-hidden />
            </button>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Medium({
  content,
  url,
}: {
  readonly content: ShownMedia['content'];
  readonly url: string | undefined;
}) {
  const { width, height, name } = content;
  if (content.kind === 'image')
    return <img className={styles.image} src={url} alt={name} width={width} height={height} />;
  return (
    // biome-ignore lint/a11y/useMediaCaption: nobody wrote down what is said.
    <video
      className={styles.image}
      src={url}
      aria-label={name}
      width={width}
      height={height}
      controls
      autoPlay
    />
  );
}
