import { Dialog } from '@base-ui/react/dialog';
import { Download, X } from 'lucide-react';
import { t } from '../../lib/i18n/translate.ts';
import type { ImageContent } from '../../matrix/types.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import { useMedia } from '../media/use-media.ts';
import styles from './Lightbox.module.css';

interface LightboxProps {
  readonly content: ImageContent;
  /** The small form, shown until the original is there. */
  readonly preview: string | undefined;
  readonly handleClose: () => void;
}

/** An image as large as the window allows. */
export function Lightbox({ content, preview, handleClose }: LightboxProps) {
  const { url } = useMedia(content.mxc);
  const shown = url ?? preview;
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.stage} aria-label={content.name}>
          <div className={styles.bar}>
            <Dialog.Title className={styles.name}>{content.name}</Dialog.Title>
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
          <div className={styles.space} onClick={handleClose}>
            {shown !== undefined && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the image itself does nothing when clicked.
              <img
                className={styles.image}
                src={shown}
                alt={content.name}
                width={content.width}
                height={content.height}
                onClick={(event) => event.stopPropagation()}
              />
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
