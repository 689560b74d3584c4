import { MessagesSquare } from 'lucide-react';
import { openPanel } from '../../app/panel-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { formatStamp } from '../../lib/time.ts';
import type { ForumPost, ForumTag } from '../../matrix/types.ts';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { ReactionSign } from '../timeline/ReactionSign.tsx';
import styles from './PostCard.module.css';

/** How many reactions a card shows. */
const mostReactions = 4;

interface PostCardProps {
  readonly channelId: string;
  readonly post: ForumPost;
  readonly tags: readonly ForumTag[];
}

/** A post in a list: what it is called, how it begins, and how much was said about it. */
export function PostCard({ channelId, post, tags }: PostCardProps) {
  const { message, title, excerpt, tagIds, activeAt } = post;
  const { author, eventId, reactions, thread } = message;
  const seen = usePreferences((state) => state.seenThreads[eventId]);
  const isNew = thread !== undefined && !thread.latestIsOwn && seen !== undefined && activeAt > seen;
  const shownTags = tags.filter(({ tagId }) => tagIds.includes(tagId));
  return (
    <article className={styles.card}>
      {shownTags.length > 0 && (
        <ul className={styles.tags} aria-label={t('forum.tags')}>
          {shownTags.map(({ tagId, name }) => (
            <li key={tagId} className={styles.tag}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <h2 className={styles.title}>
        <button
          type="button"
          className={styles.open}
          onClick={() => openPanel({ kind: 'thread', channelId, rootId: eventId })}
        >
          {title}
        </button>
        {isNew && (
          <span className={styles.dot}>
            <VisuallyHidden>{t('thread.new')}</VisuallyHidden>
          </span>
        )}
      </h2>
      {excerpt !== '' && <p className={styles.excerpt}>{excerpt}</p>}
      <p className={styles.foot}>
        <MediaAvatar id={author.userId} name={author.name} mxc={author.avatarMxc} size={20} />
        <span className={styles.author}>{author.name}</span>
        <span className={styles.fact}>
          <MessagesSquare size={14} aria-hidden />
          {t('thread.replies', { count: thread?.count ?? 0 })}
        </span>
        <span className={styles.fact}>{formatStamp(activeAt)}</span>
        {reactions.slice(0, mostReactions).map(({ key, count }) => (
          <span key={key} className={styles.reaction}>
            <ReactionSign reaction={key} /> {count}
          </span>
        ))}
      </p>
    </article>
  );
}
