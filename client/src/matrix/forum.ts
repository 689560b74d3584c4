import type { MatrixEvent, Room } from 'matrix-js-sdk';
import { escapeHtml } from '../lib/html/escape.ts';
import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import { buildText, type MessageFields } from './build-message.ts';
import { readState } from './read-room.ts';
import type { ForumPost, ForumTag, Message } from './types.ts';

/** The state event that makes a channel a forum, and the field that makes a message a post: see docs/guildhall-api.md. */
export const forumType = 'io.guildhall.forum';
const postField = 'io.guildhall.post';

/** How many tags a forum has. */
const mostTags = 20;

/** A post that is about to be made. */
export interface OutgoingPost {
  readonly title: string;
  readonly text: string;
  /** IDs of tags. */
  readonly tags: readonly string[];
}

/** The tags of a forum; undefined for a channel that is none. */
export function readForumTags(room: Room): readonly ForumTag[] | undefined {
  const tags = readState(room, forumType)?.getContent().tags;
  if (!Array.isArray(tags)) return undefined;
  return tags.slice(0, mostTags).flatMap((value) => {
    const tag = asObject(value);
    const tagId = asString(tag?.id);
    const name = asString(tag?.name);
    return tagId && name ? [{ tagId, name }] : [];
  });
}

/** The content of a post: a message that every client shows, with its title as a heading. */
export function buildPost({ title, text, tags }: OutgoingPost): MessageFields {
  const content = buildText({ text, mentions: [] });
  const html =
    typeof content.formatted_body === 'string'
      ? content.formatted_body
      : escapeHtml(content.body).replace(/\n/g, '<br>');
  return {
    ...content,
    body: text.trim() === '' ? title : `${title}\n\n${content.body}`,
    format: 'org.matrix.custom.html',
    formatted_body: `<h3>${escapeHtml(title)}</h3>${html}`,
    [postField]: { title, tags: [...tags] },
  };
}

function readPostField(event: MatrixEvent): JsonObject | undefined {
  return event.getType() === 'm.room.message' ? asObject(event.getOriginalContent()[postField]) : undefined;
}

export function isPost(event: MatrixEvent): boolean {
  return readPostField(event) !== undefined && !event.isRedacted() && !event.isRelation();
}

/** A post as lists show it; undefined for a message that is none. */
export function readPost(event: MatrixEvent, message: Message): ForumPost | undefined {
  const field = readPostField(event);
  if (!field || message.content.kind !== 'text') return undefined;
  const [firstLine = '', ...rest] = message.content.body.split('\n');
  // Whoever edits a post as a message edits its first line.
  const title = (message.edited ? firstLine : asString(field.title)) || firstLine;
  return {
    message,
    title,
    excerpt: rest.join('\n').trim(),
    tagIds: asArray(field.tags).flatMap((tag) => asString(tag) ?? []),
    activeAt: Math.max(message.timestamp, message.thread?.latestTimestamp ?? 0),
  };
}
