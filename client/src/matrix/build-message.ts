import { RelationType } from 'matrix-js-sdk';
import {
  type ChannelMention,
  type CustomEmoji,
  convertMarkdown,
  type Mention,
} from '../lib/markdown/to-matrix.ts';
import type { JsonObject } from '../lib/parse.ts';
import type { Sticker } from './image-packs.ts';

/** A text that is about to be sent, as it was typed. */
export interface OutgoingText {
  readonly text: string;
  readonly mentions: readonly Mention[];
  readonly channels?: readonly ChannelMention[];
  readonly emoji?: readonly CustomEmoji[];
  /** Whether it says what its author does (`/me`). */
  readonly isEmote?: boolean;
  /** Whether it means what it says, without Markdown. */
  readonly isPlain?: boolean;
  /** The message that this one answers. */
  readonly replyTo?: { readonly eventId: string; readonly authorId: string } | undefined;
  /** The thread that it goes to. */
  readonly thread?: OutgoingThread | undefined;
}

export interface OutgoingThread {
  readonly rootId: string;
  /** The newest event of the thread: clients that know no threads show a reply to it. */
  readonly latestId: string;
}

/** A file that is about to be sent. */
export interface OutgoingFile {
  readonly file: File;
  readonly shape: FileShape;
  /** Whether it is to stay covered until somebody wants to see it. */
  readonly isSpoiler: boolean;
  readonly caption: OutgoingText | undefined;
}

/** What a file is besides its bytes: sizes in pixels, durations in milliseconds. */
export type FileShape =
  | { readonly kind: 'image'; readonly width: number; readonly height: number }
  | { readonly kind: 'video'; readonly width: number; readonly height: number; readonly duration: number }
  | { readonly kind: 'audio'; readonly duration: number }
  | {
      readonly kind: 'voice';
      readonly duration: number;
      /** How loud it is from its beginning to its end, 0 to 1. */
      readonly waveform: readonly number[];
    }
  | { readonly kind: 'file' };

/** The content of a message; which fields it has beside these depends on its kind. */
export type MessageFields = JsonObject & { readonly msgtype: string; readonly body: string };

/** The content of a text message (Matrix 1.19, "m.text", "Rich replies", "Threading", "User and room mentions"). */
export function buildText({
  text,
  mentions,
  channels,
  emoji,
  isEmote = false,
  isPlain = false,
  replyTo,
  thread,
}: OutgoingText): MessageFields {
  const { body, formattedBody, mentionedUserIds } = isPlain
    ? { body: text, formattedBody: undefined, mentionedUserIds: [] }
    : convertMarkdown(text, mentions, channels, emoji);
  const mentioned = new Set(mentionedUserIds);
  if (replyTo) mentioned.add(replyTo.authorId);
  return {
    msgtype: isEmote ? 'm.emote' : 'm.text',
    body,
    ...(formattedBody !== undefined && { format: 'org.matrix.custom.html', formatted_body: formattedBody }),
    'm.mentions': mentioned.size > 0 ? { user_ids: [...mentioned] } : {},
    ...((replyTo || thread) && { 'm.relates_to': buildRelation(replyTo?.eventId, thread) }),
  };
}

function buildRelation(replyToId: string | undefined, thread: OutgoingThread | undefined): JsonObject {
  const answered = { 'm.in_reply_to': { event_id: replyToId ?? thread?.latestId } };
  if (!thread) return answered;
  return {
    rel_type: RelationType.Thread,
    event_id: thread.rootId,
    is_falling_back: replyToId === undefined,
    ...answered,
  };
}

/** The content of an edit (Matrix 1.19, "Event replacements"); it tells nobody anew that they were mentioned. */
export function buildEdit(eventId: string, outgoing: OutgoingText): MessageFields {
  const content = buildText({ ...outgoing, replyTo: undefined, thread: undefined });
  return {
    ...content,
    body: `* ${content.body}`,
    ...(typeof content.formatted_body === 'string' && { formatted_body: `* ${content.formatted_body}` }),
    'm.mentions': {},
    'm.new_content': content,
    'm.relates_to': { rel_type: RelationType.Replace, event_id: eventId },
  };
}

/** The content of a file message (Matrix 1.19, "m.image", "m.video", "m.audio", "m.file", "Media captions"; MSC4193). */
export function buildFile({ file, shape, isSpoiler, caption }: OutgoingFile, mxc: string): MessageFields {
  const text =
    caption && (caption.text.trim() !== '' || caption.replyTo || caption.thread)
      ? buildText(caption)
      : undefined;
  return {
    ...text,
    msgtype: msgtypes[shape.kind],
    body: text?.body || file.name,
    filename: file.name,
    url: mxc,
    info: { mimetype: file.type || 'application/octet-stream', size: file.size, ...buildInfo(shape) },
    'm.mentions': text?.['m.mentions'] ?? {},
    ...(shape.kind === 'voice' && buildVoice(shape)),
    ...(isSpoiler && { 'page.codeberg.everypizza.msc4193.spoiler': true }),
  };
}

const msgtypes: Readonly<Record<FileShape['kind'], string>> = {
  image: 'm.image',
  video: 'm.video',
  audio: 'm.audio',
  voice: 'm.audio',
  file: 'm.file',
};

function buildInfo(shape: FileShape): JsonObject {
  return {
    ...('width' in shape && { w: shape.width, h: shape.height }),
    ...('duration' in shape && { duration: Math.round(shape.duration) }),
  };
}

/** What makes a sound a voice message (MSC3245, MSC1767). */
function buildVoice({ duration, waveform }: FileShape & { readonly kind: 'voice' }): JsonObject {
  return {
    'org.matrix.msc1767.audio': {
      duration: Math.round(duration),
      waveform: waveform.map((loudness) => Math.round(loudness * 1024)),
    },
    'org.matrix.msc3245.voice': {},
  };
}

/** The content of a sticker (Matrix 1.19, "m.sticker"), which may answer something or stand in a thread. */
export function buildSticker(
  { mxc, body, info }: Sticker,
  { replyTo, thread }: Pick<OutgoingText, 'replyTo' | 'thread'>,
): JsonObject {
  return {
    body,
    url: mxc,
    info,
    'm.mentions': replyTo ? { user_ids: [replyTo.authorId] } : {},
    ...((replyTo || thread) && { 'm.relates_to': buildRelation(replyTo?.eventId, thread) }),
  };
}

/** The content of a message as it is said elsewhere: it answers nothing there and mentions nobody. */
export function buildForward({ 'm.relates_to': _relation, ...content }: JsonObject): MessageFields {
  return { ...(content as MessageFields), 'm.mentions': {} };
}
