import { joinClasses } from '../../lib/join-classes.ts';
import { useMedia } from '../media/use-media.ts';
import styles from './InlineImage.module.css';

interface InlineImageProps {
  readonly mxc: string;
  readonly alt: string;
  readonly isEmoticon: boolean;
}

/** An image within a line of text: a custom emoji, or a small picture. Its words stand in until it is there. */
export function InlineImage({ mxc, alt, isEmoticon }: InlineImageProps) {
  const { url } = useMedia(mxc, { width: 64, height: 64, method: 'scale' });
  if (url === undefined) return alt;
  return (
    <img
      className={joinClasses(styles.image, isEmoticon && styles.emoticon)}
      src={url}
      alt={alt}
      title={alt}
    />
  );
}
