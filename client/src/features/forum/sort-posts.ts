import type { ForumPost } from '../../matrix/types.ts';

/** What posts are sorted by, the newest first. */
export type PostOrder = 'activity' | 'creation';

/** The posts that have one of the chosen tags, or all when none is chosen, in order. */
export function sortPosts(
  posts: readonly ForumPost[],
  order: PostOrder,
  tagIds: ReadonlySet<string>,
): readonly ForumPost[] {
  const timeOf = (post: ForumPost): number => (order === 'activity' ? post.activeAt : post.message.timestamp);
  return posts
    .filter((post) => tagIds.size === 0 || post.tagIds.some((tagId) => tagIds.has(tagId)))
    .sort((a, b) => timeOf(b) - timeOf(a) || (a.message.eventId < b.message.eventId ? -1 : 1));
}
