import { EventStatus, type MatrixClient, type MatrixEvent, RelationType, type Room } from 'matrix-js-sdk';
import { htmlToText } from '../lib/html/html-to-text.ts';
import { t } from '../lib/i18n/translate.ts';
import { asObject, asString, type JsonObject } from '../lib/parse.ts';
import { pollStart, readPoll } from './polls.ts';
import { readAttachment, readSticker, readText } from './read-content.ts';
import { readNoticeChange } from './read-notice.ts';
import { mentionsUser, readPerson } from './read-room.ts';
import { readThreadSummary } from './read-thread.ts';
import type {
  Message,
  MessageContent,
  Notice,
  Reaction,
  ReplyQuote,
  SendStatus,
  TextContent,
} from './types.ts';

/** Reads an event as what a timeline shows; undefined for events that it does not show. */
export function readEntry(
  client: MatrixClient,
  room: Room,
  event: MatrixEvent,
): Message | Notice | undefined {
  switch (event.getType()) {
    case 'm.room.message':
    case 'm.room.encrypted':
    case 'm.sticker':
    case pollStart:
      return event.isRelation(RelationType.Replace) ? undefined : readMessage(client, room, event);
    default:
      return readNotice(room, event);
  }
}

function readNotice(room: Room, event: MatrixEvent): Notice | undefined {
  const change = readNoticeChange(room, event);
  if (!change) return undefined;
  return {
    kind: 'notice',
    key: readKey(event),
    eventId: event.getId() ?? '',
    timestamp: event.getTs(),
    change,
  };
}

function readMessage(client: MatrixClient, room: Room, event: MatrixEvent): Message {
  const ownId = client.getSafeUserId();
  const eventId = event.getId() ?? '';
  const authorId = event.getSender() ?? '';
  const edit = readEdit(event);
  const status = readStatus(event);
  const deleted = event.isRedacted();
  return {
    kind: 'message',
    key: readKey(event),
    eventId,
    timestamp: event.getTs(),
    author: readPerson(room, authorId),
    isOwn: authorId === ownId,
    content: deleted ? { kind: 'deleted' } : readContent(event.getType(), edit ?? event.getContent()),
    edited: !deleted && (edit !== undefined || event.replacingEventId() !== undefined),
    mentionsMe: !deleted && authorId !== ownId && mentionsMe(client, event, ownId),
    reply: deleted ? undefined : readReply(room, event),
    thread: readThreadSummary(room, event, ownId),
    reactions: deleted ? [] : readReactions(room, eventId, ownId),
    status,
    canDelete: status === 'sent' && !deleted && mayDelete(room, event, ownId),
  };
}

/** A transaction ID is known for our own messages from the first moment on, so it outlives the temporary event ID. */
function readKey(event: MatrixEvent): string {
  return event.getTxnId() ?? event.getUnsigned().transaction_id ?? event.getId() ?? '';
}

function readStatus(event: MatrixEvent): SendStatus {
  const status = event.getAssociatedStatus();
  if (status === EventStatus.NOT_SENT) return 'failed';
  return status === null || status === EventStatus.SENT ? 'sent' : 'sending';
}

/** The content of an edit that the server bundled with an event, for edits that are not loaded (Matrix 1.19, "Event replacements"). */
export function readEdit(event: MatrixEvent): JsonObject | undefined {
  if (event.replacingEvent()) return undefined;
  const bundled = asObject(event.getServerAggregatedRelation(RelationType.Replace));
  return asObject(asObject(bundled?.content)?.['m.new_content']);
}

function mentionsMe(client: MatrixClient, event: MatrixEvent, ownId: string): boolean {
  if (event.getContent()['m.mentions']) return mentionsUser(event, ownId);
  return client.getPushActionsForEvent(event)?.tweaks?.highlight === true;
}

function mayDelete(room: Room, event: MatrixEvent, userId: string): boolean {
  return room.currentState.maySendRedactionForEvent(event, userId);
}

/** Reads the content of a message by its `msgtype` (Matrix 1.19, "m.room.message msgtypes"). */
export function readContent(type: string, content: JsonObject): MessageContent {
  if (type === 'm.room.encrypted') return { kind: 'unreadable', reason: 'encrypted', body: undefined };
  if (type === 'm.sticker') return readSticker(content);
  if (type === pollStart)
    return readPoll(content) ?? { kind: 'unreadable', reason: 'unknown', body: undefined };
  const body = asString(content.body) ?? '';
  switch (content.msgtype) {
    case 'm.text':
      return readText(content, 'plain');
    case 'm.notice':
      return readText(content, 'notice');
    case 'm.emote':
      return readText(content, 'emote');
    case 'm.image':
    case 'm.file':
    case 'm.audio':
    case 'm.video':
      return readAttachment(content, content.msgtype);
    default:
      return { kind: 'unreadable', reason: 'unknown', body };
  }
}

function readReply(room: Room, event: MatrixEvent): ReplyQuote | undefined {
  const eventId = event.replyEventId;
  // Clients that know no threads show a reply to the message before it.
  const isFallback = asObject(event.getWireContent()['m.relates_to'])?.is_falling_back === true;
  if (!eventId || isFallback) return undefined;
  const quoted = room.findEventById(eventId);
  const authorId = quoted?.getSender();
  return {
    eventId,
    author: authorId ? readPerson(room, authorId) : undefined,
    excerpt: quoted && excerptEvent(quoted),
  };
}

const longestExcerpt = 160;

/** One line that says what a message says. */
export function excerptEvent(event: MatrixEvent): string {
  if (event.isRedacted()) return t('message.deleted');
  const content = readContent(event.getType(), readEdit(event) ?? event.getContent());
  switch (content.kind) {
    case 'text':
      return describeText(content);
    case 'image':
      if (content.isSticker) return content.name;
      return content.caption ? describeText(content.caption) : t('message.anImage');
    case 'video':
      return content.caption ? describeText(content.caption) : t('message.aVideo');
    case 'audio':
      return content.isVoice ? t('message.aVoice') : content.name;
    case 'poll':
      return content.question;
    case 'file':
      return content.name;
    default:
      return t('message.aMessage');
  }
}

function describeText({ html, body }: TextContent): string {
  const text = html === undefined ? body : htmlToText(html.slice(0, 4 * longestExcerpt));
  return text.replace(/\s+/g, ' ').trim().slice(0, longestExcerpt);
}

function readReactions(room: Room, eventId: string, ownId: string): readonly Reaction[] {
  const relations = room.relations.getChildEventsForEvent(eventId, RelationType.Annotation, 'm.reaction');
  const sorted = relations?.getSortedAnnotationsByKey() ?? [];
  return sorted.flatMap(([key, events]) => {
    const live = [...events].filter((event) => !event.isRedacted() && event.status !== EventStatus.NOT_SENT);
    const bySender = new Map(live.map((event) => [event.getSender() ?? '', event]));
    if (bySender.size === 0) return [];
    const people = [...bySender.keys()].map((userId) => readPerson(room, userId));
    return [{ key, count: bySender.size, people, ownEventId: bySender.get(ownId)?.getId() }];
  });
}
