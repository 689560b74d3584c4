import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { fitImage } from '../../lib/image-box.ts';
import type { ImageContent } from '../../matrix/types.ts';
import { useMedia } from '../media/use-media.ts';
import { Lightbox } from './Lightbox.tsx';
import styles from './MessageImage.module.css';

/** An image in the timeline. Its place is kept from the start, so that nothing moves when it arrives. */
export function MessageImage({ content }: { readonly content: ImageContent }) {
  const [isOpen, setIsOpen] = useState(false);
  const box = fitImage(content.width, content.height);
  // Small images and animations lose more by a thumbnail than they save.
  const isOriginal =
    content.mimeType === 'image/gif' || (content.size !== undefined && content.size < 100_000);
  const size = isOriginal
    ? undefined
    : { width: box.width * 2, height: box.height * 2, method: 'scale' as const };
  const { url, hasFailed, retry } = useMedia(content.mxc, size);
  const style = { width: box.width, aspectRatio: `${box.width} / ${box.height}` };

  if (hasFailed) {
    return (
      <button type="button" className={styles.failed} style={style} onClick={retry}>
        <ImageOff size={20} strokeWidth={1.75} aria-hidden />
        {t('image.failed')}
      </button>
    );
  }
  return (
    <>
      <button
        type="button"
        className={styles.frame}
        style={style}
        aria-label={t('image.open', { name: content.name })}
        disabled={url === undefined}
        onClick={() => setIsOpen(true)}
      >
        {url !== undefined && <img className={styles.image} src={url} alt={content.name} draggable={false} />}
      </button>
      {isOpen && <Lightbox content={content} preview={url} handleClose={() => setIsOpen(false)} />}
    </>
  );
}
