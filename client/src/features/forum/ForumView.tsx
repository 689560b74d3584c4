import { Plus } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { takeJump, useJump } from '../../app/jump-store.ts';
import { openPanel } from '../../app/panel-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { ChannelDetails, ForumSnapshot, ForumTag } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/SelectField.tsx';
import { EmptyState, ErrorState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useTurn } from '../composer/use-turn.ts';
import { WritingBarLine } from '../composer/WritingBarLine.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx';
import styles from './ForumView.module.css';
import { PostCard } from './PostCard.tsx';
import { type PostOrder, sortPosts } from './sort-posts.ts';

/** The posts of a forum. */
export default function ForumView({ channel }: { readonly channel: ChannelDetails }) {
  const { channelId, forumTags = [], writingBar } = channel;
  const gateway = useGateway();
  const store = gateway.forum(channelId);
  const forum = useStore(store);
  const [order, setOrder] = useState<PostOrder>('activity');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const posts = useMemo(() => sortPosts(forum.posts, order, chosen), [forum.posts, order, chosen]);
  useMarkForumRead(channelId, forum);
  useLinkedPost(channelId);
  return (
    <>
      <div className={styles.bar}>
        <SelectField
          label={t('forum.order')}
          hidesLabel
          className={styles.order}
          choices={[
            { value: 'activity', label: t('forum.byActivity') },
            { value: 'creation', label: t('forum.byCreation') },
          ]}
          value={order}
          handleChange={setOrder}
        />
        <TagFilter tags={forumTags} chosen={chosen} handleChange={setChosen} />
        {!writingBar && <NewPostButton channel={channel} />}
      </div>
      <div className={styles.scroll}>
        {forum.phase === 'failed' ? (
          <ErrorState size="panel" title={t('forum.failed')} handleRetry={() => void store.load()}>
            {t('forum.failedText')}
          </ErrorState>
        ) : (
          <ul className={styles.list} aria-label={t('forum.posts')} aria-busy={forum.phase === 'loading'}>
            {posts.map((post) => (
              <li key={post.message.key}>
                <PostCard channelId={channelId} post={post} tags={forumTags} />
              </li>
            ))}
          </ul>
        )}
        {forum.phase === 'loading' && <TimelineSkeleton size="small" />}
        {forum.phase === 'ready' && posts.length === 0 && (
          <EmptyState size="panel" title={chosen.size > 0 ? t('forum.noneTagged') : t('forum.none')}>
            {chosen.size > 0 ? t('forum.noneTaggedText') : t('forum.noneText')}
          </EmptyState>
        )}
        {forum.phase === 'ready' && forum.hasMore && (
          <p className={styles.more}>
            {forum.more === 'failed' && <span role="alert">{t('forum.moreFailed')}</span>}
            <Button isBusy={forum.more === 'loading'} onClick={() => void store.loadMore()}>
              {t('forum.more')}
            </Button>
          </p>
        )}
      </div>
      {writingBar && <WritingBarLine bar={writingBar} />}
    </>
  );
}

/** Begins a post, unless slow mode has us wait. */
function NewPostButton({ channel }: { readonly channel: ChannelDetails }) {
  const waitUntil = useTurn(channel.slowMode);
  return (
    <Button
      variant="primary"
      className={styles.new}
      disabled={waitUntil !== undefined}
      title={waitUntil === undefined ? undefined : t('composer.slowModeWait')}
      onClick={() => openDialog({ kind: 'create-post', channelId: channel.channelId })}
    >
      <Plus size={16} aria-hidden /> {t('forum.new')}
    </Button>
  );
}

interface TagFilterProps {
  readonly tags: readonly ForumTag[];
  readonly chosen: ReadonlySet<string>;
  readonly handleChange: (chosen: ReadonlySet<string>) => void;
}

function TagFilter({ tags, chosen, handleChange }: TagFilterProps) {
  const toggle = (tagId: string): void => {
    const next = new Set(chosen);
    if (!next.delete(tagId)) next.add(tagId);
    handleChange(next);
  };
  return (
    <fieldset className={styles.tags} aria-label={t('forum.filter')}>
      {tags.map(({ tagId, name }) => (
        <button
          key={tagId}
          type="button"
          className={styles.tag}
          aria-pressed={chosen.has(tagId)}
          onClick={() => toggle(tagId)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

/** Whoever looks at the posts knows that there are new ones. */
function useMarkForumRead(channelId: string, forum: ForumSnapshot): void {
  const gateway = useGateway();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is what there is to be marked.
  useEffect(() => {
    const markRead = (): void => {
      if (document.hasFocus()) void gateway.timeline(channelId).markRead();
    };
    markRead();
    window.addEventListener('focus', markRead);
    return () => window.removeEventListener('focus', markRead);
  }, [gateway, channelId, forum]);
}

/** Opens the post that a link leads to, or the one that what it leads to answers. */
function useLinkedPost(channelId: string): void {
  const gateway = useGateway();
  const jump = useJump((state) => state.wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new wish is what there is to look at.
  useEffect(() => {
    const wantedId = takeJump(channelId);
    if (wantedId !== undefined) void openPost(gateway.timeline(channelId), channelId, wantedId);
  }, [jump, gateway, channelId]);
}

async function openPost(timeline: TimelineStore, channelId: string, wantedId: string): Promise<void> {
  const arrival = await timeline.jumpTo(wantedId);
  // Nobody sees the timeline of a forum; what is read counts only where it shows the newest.
  timeline.returnToLive();
  if (arrival) openPanel({ kind: 'thread', channelId, rootId: arrival.threadId ?? arrival.eventId });
  else showToast(t('timeline.notFound'), 'danger');
}
