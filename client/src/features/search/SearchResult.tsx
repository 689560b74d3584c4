import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { FoundLine, FoundMessage } from '../../matrix/types.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { markWords } from './query.ts';
import styles from './SearchResult.module.css';

interface SearchResultProps {
  readonly message: FoundMessage;
  /** The channel's name, where several are searched. */
  readonly channelName: string | undefined;
  readonly highlights: readonly string[];
  readonly handleOpen: (line: FoundLine) => void;
}

/** A message that was found, between its neighbours; it leads to its place in the channel. */
export function SearchResult({ message, channelName, highlights, handleOpen }: SearchResultProps) {
  const { author, excerpt, timestamp, before, after } = message;
  return (
    <article className={styles.result}>
      {channelName !== undefined && <p className={styles.channel}># {channelName}</p>}
      {before && <Neighbour line={before} />}
      <button type="button" className={styles.message} onClick={() => handleOpen(message)}>
        <MediaAvatar id={author.userId} name={author.name} mxc={author.avatarMxc} size={32} />
        <span className={styles.words}>
          <span className={styles.line}>
            <span className={styles.author}>{author.name}</span>
            <time className={styles.time} dateTime={new Date(timestamp).toISOString()}>
              {formatStamp(timestamp)}
            </time>
          </span>
          <span className={styles.excerpt}>
            {markWords(excerpt, highlights).map(({ text, isMarked }, index) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move.
              isMarked ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
            )}
          </span>
        </span>
      </button>
      {after && <Neighbour line={after} />}
    </article>
  );
}

function Neighbour({ line }: { readonly line: FoundLine }) {
  return (
    <p className={styles.neighbour}>
      {t('search.neighbour', { name: line.author.name, text: line.excerpt })}
    </p>
  );
}
