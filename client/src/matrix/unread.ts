import type { Unread } from './types.ts';

/** What a category, a guild or a rail button shows for everything inside it. */
export function rollUpUnread(parts: Iterable<Unread>): Unread {
  let unread = false;
  let mentions = 0;
  for (const part of parts) {
    unread ||= part.unread;
    mentions += part.mentions;
  }
  return { unread: unread || mentions > 0, mentions };
}

/** An event as far as unread marks need it; the newest event comes first. */
export interface UnreadCandidate {
  readonly countsAsMessage: boolean;
  readonly isOwn: boolean;
  readonly isRead: boolean;
  readonly mentionsMe: boolean;
}

/**
 * Finds what is new in a channel.
 * The server's counters know of messages that are not loaded and of push rules; the loaded events know of messages
 * that push rules keep quiet. Reading stops at the first event that is read or our own.
 */
export function findUnread(
  newestFirst: Iterable<UnreadCandidate>,
  server: { readonly total: number; readonly highlights: number },
): Unread {
  let unread = server.total > 0;
  let mentions = 0;
  for (const event of newestFirst) {
    if (event.isRead || event.isOwn) break;
    if (!event.countsAsMessage) continue;
    unread = true;
    if (event.mentionsMe) mentions += 1;
  }
  mentions = Math.max(mentions, server.highlights);
  return { unread: unread || mentions > 0, mentions };
}
