import { EyeOff, ImageOff, Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { type Box, fitImage, fitSticker } from '../../lib/image-box.ts';
import { formatDuration } from '../../lib/time.ts';
import type { ImageContent, VideoContent } from '../../matrix/types.ts';
import { useMedia } from '../media/use-media.ts';
import styles from './MessageImage.module.css';

/** Small images and animations lose more by a thumbnail than they save. */
const smallSize = 100_000;

interface MessageImageProps {
  readonly content: ImageContent;
  /** Shows it as large as the window allows. */
  readonly handleOpen: () => void;
}

/** An image in the timeline. Its place is kept from the start, so that nothing moves when it arrives. */
export function MessageImage({ content, handleOpen }: MessageImageProps) {
  const { mxc, name, mimeType, size, isSpoiler } = content;
  const box = fitImage(content.width, content.height);
  const isOriginal = mimeType === 'image/gif' || (size !== undefined && size < smallSize);
  return (
    <Picture mxc={mxc} box={box} isOriginal={isOriginal} isSpoiler={isSpoiler} name={name}>
      {(image, isReady) => (
        <button
          type="button"
          className={styles.open}
          aria-label={t('image.open', { name })}
          disabled={!isReady}
          onClick={handleOpen}
        >
          {image}
        </button>
      )}
    </Picture>
  );
}

/** A sticker: a picture that stands for itself. */
export function MessageSticker({ content }: { readonly content: ImageContent }) {
  const { mxc, name } = content;
  return (
    <Picture
      mxc={mxc}
      box={fitSticker(content.width, content.height)}
      isOriginal
      isSpoiler={false}
      isBare
      name={name}
    >
      {(image) => image}
    </Picture>
  );
}

/** A film in the timeline, as a picture of it; it plays where there is more room. */
export function MessageVideo({
  content,
  handleOpen,
}: {
  readonly content: VideoContent;
  readonly handleOpen: () => void;
}) {
  const { name, thumbnailMxc, isSpoiler } = content;
  const duration = content.duration === undefined ? undefined : formatDuration(content.duration);
  const box = fitImage(content.width, content.height);
  return (
    <Picture mxc={thumbnailMxc} box={box} isOriginal={false} isSpoiler={isSpoiler} name={name}>
      {(image) => (
        <button
          type="button"
          className={styles.open}
          aria-label={[t('video.play', { name }), duration].filter(Boolean).join(', ')}
          onClick={handleOpen}
        >
          {image}
          <span className={styles.play}>
            <Play size={28} fill="currentColor" strokeWidth={0} aria-hidden />
          </span>
          {duration !== undefined && (
            <span className={styles.duration} aria-hidden>
              {duration}
            </span>
          )}
        </button>
      )}
    </Picture>
  );
}

interface PictureProps {
  /** What is seen; without it, the place stays empty. */
  readonly mxc: string | undefined;
  readonly name: string;
  readonly box: Box;
  readonly isOriginal: boolean;
  readonly isSpoiler: boolean;
  /** Without a frame. */
  readonly isBare?: boolean;
  readonly children: (image: ReactNode, isReady: boolean) => ReactNode;
}

/** The place of a picture, with what stands there while it loads, when it fails, and while it is covered. */
function Picture({ mxc, name, box, isOriginal, isSpoiler, isBare = false, children }: PictureProps) {
  const [isCovered, setIsCovered] = useState(isSpoiler);
  const size = isOriginal
    ? undefined
    : { width: box.width * 2, height: box.height * 2, method: 'scale' as const };
  const { url, hasFailed, retry } = useMedia(mxc, size);
  const style = { width: box.width, aspectRatio: `${box.width} / ${box.height}` };
  if (hasFailed) {
    return (
      <button type="button" className={styles.failed} style={style} onClick={retry}>
        <ImageOff size={20} strokeWidth={1.75} aria-hidden />
        {t('image.failed')}
      </button>
    );
  }
  if (isCovered) {
    return (
      <button
        type="button"
        className={styles.frame}
        style={style}
        aria-label={t('spoiler.showReason', { reason: name })}
        onClick={() => setIsCovered(false)}
      >
        {url !== undefined && <img className={styles.blurred} src={url} alt="" draggable={false} />}
        <span className={styles.cover}>
          <EyeOff size={16} aria-hidden /> {t('spoiler.title')}
        </span>
      </button>
    );
  }
  const image = url !== undefined && (
    <img className={styles.image} src={url} alt={name} title={isBare ? name : undefined} draggable={false} />
  );
  return (
    <div className={isBare ? styles.bare : styles.frame} style={style}>
      {children(image, url !== undefined)}
    </div>
  );
}
