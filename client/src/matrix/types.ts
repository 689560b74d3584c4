/** The plain shapes that views get: immutable, without anything of the SDK in them. */

export interface Person {
  readonly userId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

export type Presence = 'online' | 'idle' | 'dnd' | 'offline';

/** What is new in a channel, a category or a guild. */
export interface Unread {
  readonly unread: boolean;
  readonly mentions: number;
}

export interface GuildSummary extends Unread {
  readonly guildId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
}

/** A person with what presence says of them. */
export interface Contact extends Person {
  readonly presence: Presence;
  /** The line that they wrote about what they are doing. */
  readonly status: string | undefined;
}

/** Ourselves, as others see us. */
export interface OwnProfile extends Person {
  readonly status: string | undefined;
}

/** A session of ours: a browser or an application in which we are logged in. */
export interface SessionInfo {
  readonly sessionId: string;
  readonly name: string;
  readonly isThisOne: boolean;
  /** When it was used last, in milliseconds. */
  readonly lastSeen: number | undefined;
  readonly address: string | undefined;
}

export interface People {
  /** Those whom we talk to in private. */
  readonly friends: readonly Contact[];
  readonly blocked: readonly Contact[];
}

export interface PersonCard extends Contact {
  readonly isBlocked: boolean;
  /** The guilds in which we both are, as far as their members are loaded. */
  readonly sharedGuilds: readonly { readonly guildId: string; readonly name: string }[];
}

/** Somebody asks us to join a guild, a channel or a conversation. */
export interface PendingInvite {
  readonly roomId: string;
  readonly name: string;
  readonly avatarMxc: string | undefined;
  readonly kind: 'guild' | 'channel' | 'direct';
  readonly inviter: Person | undefined;
}

export interface ChannelSummary extends Unread {
  readonly channelId: string;
  readonly name: string;
  readonly joined: boolean;
  readonly isForum: boolean;
}

export interface CategorySummary {
  readonly categoryId: string;
  readonly name: string;
  readonly channels: readonly ChannelSummary[];
}

export interface ChannelTree {
  readonly channels: readonly ChannelSummary[];
  readonly categories: readonly CategorySummary[];
}

/** Somewhere that one can go by name. */
export type Place = Unread & { readonly id: string; readonly name: string } & (
    | { readonly kind: 'guild'; readonly avatarMxc: string | undefined }
    | {
        readonly kind: 'channel';
        /** Undefined for a channel that belongs to no guild. */
        readonly guildId: string | undefined;
        readonly guildName: string | undefined;
        readonly category: string | undefined;
      }
    | {
        readonly kind: 'person';
        /** Undefined for a conversation of several. */
        readonly userId: string | undefined;
        readonly avatarMxc: string | undefined;
        readonly presence: Presence;
        /** The conversation with them, if there is one. */
        readonly channelId: string | undefined;
      }
  );

/** A message of somebody else, in one line. */
export interface InboxMessage {
  readonly eventId: string;
  readonly author: Person;
  readonly excerpt: string;
  readonly timestamp: number;
  readonly isNew: boolean;
}

export interface InboxChannel extends Unread {
  readonly channelId: string;
  readonly name: string;
  readonly guildId: string | undefined;
  readonly guildName: string | undefined;
  readonly isDirect: boolean;
}

/** What waits for us. */
export interface Inbox {
  /** What was meant for us in particular, the newest first, read or not. */
  readonly mentions: readonly (InboxMessage & { readonly channel: InboxChannel })[];
  /** Where there is something new, with the newest of it. */
  readonly unread: readonly (InboxChannel & { readonly news: readonly InboxMessage[] })[];
}

/** What the person who looks may do in a channel or guild. */
export interface Permissions {
  readonly canSend: boolean;
  readonly canRename: boolean;
  readonly canSetTopic: boolean;
  readonly canInvite: boolean;
  readonly canAddChannels: boolean;
  readonly canDeleteOthers: boolean;
  readonly canPin: boolean;
  readonly canReact: boolean;
  readonly canSendStickers: boolean;
  readonly canBeginPolls: boolean;
  readonly canSetSlowMode: boolean;
  readonly canSetForum: boolean;
  readonly canKick: boolean;
  readonly canBan: boolean;
  readonly canSetAvatar: boolean;
  /** Whether they may close the guild for everybody. */
  readonly canClose: boolean;
  /** Whether they may say what others may do. */
  readonly canSetLevels: boolean;
  /** Their power level: they have a say over those below it. */
  readonly level: number;
}

export interface GuildDetails {
  readonly guildId: string;
  readonly name: string;
  readonly topic: string | undefined;
  readonly avatarMxc: string | undefined;
  /**
   * For a space that our server does not keep as a guild, and so has no invite links for: a link that leads there, and
   * whether anybody may come in by it.
   */
  readonly plain: { readonly link: string; readonly isOpen: boolean } | undefined;
  readonly memberCount: number;
  readonly permissions: Permissions;
  readonly tree: ChannelTree;
}

/** What keeps us from writing in a channel. */
export type WritingBar =
  /** It goes on elsewhere; `via` are servers that know the way there. */
  | { readonly kind: 'replaced'; readonly channelId: string; readonly via: readonly string[] }
  /** The admins of the server talk in it. */
  | { readonly kind: 'notices' }
  /** `muted` when everybody else may write. */
  | { readonly kind: 'muted' | 'readOnly' };

/** How often one may speak in a channel. */
export interface SlowMode {
  readonly seconds: number;
  /** Whether we need not wait. */
  readonly isExempt: boolean;
  /** When we may speak again, in milliseconds, as far as we know. */
  readonly readyAt: number;
}

/** Something that posts of a forum are about. */
export interface ForumTag {
  readonly tagId: string;
  readonly name: string;
}

/** A message with a title that begins a thread. */
export interface ForumPost {
  readonly message: Message;
  readonly title: string;
  /** What it says below its title, as it was typed. */
  readonly excerpt: string;
  readonly tagIds: readonly string[];
  /** When something was said in it last, in milliseconds. */
  readonly activeAt: number;
}

export interface ForumSnapshot {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** In no order. */
  readonly posts: readonly ForumPost[];
  readonly hasMore: boolean;
  readonly more: 'idle' | 'loading' | 'failed';
}

export interface ChannelDetails {
  readonly channelId: string;
  readonly name: string;
  readonly topic: string | undefined;
  readonly kind: 'channel' | 'direct';
  /** The other person of a conversation between two. */
  readonly partner: Person | undefined;
  /** The messages that somebody pinned, the newest last. */
  readonly pinnedIds: readonly string[];
  /** What posts can be marked with, in a forum; undefined for a channel that is none. */
  readonly forumTags: readonly ForumTag[] | undefined;
  /** Undefined when we may write. */
  readonly writingBar: WritingBar | undefined;
  /** Undefined when everybody may speak as often as they want. */
  readonly slowMode: SlowMode | undefined;
  readonly permissions: Permissions;
}

export interface DirectSummary extends Unread {
  readonly channelId: string;
  readonly name: string;
  readonly partner: Person | undefined;
  readonly presence: Presence;
}

/** Somebody who may not come back. */
export interface Ban extends Person {
  readonly reason: string | undefined;
}

export interface Member extends Contact {
  /** Their power level. */
  readonly level: number;
  readonly rank: 'owner' | 'moderator' | 'member';
}

/** The members of a guild or channel, each group by name. */
export interface MemberList {
  /** Sync brings only some of them; the others are loaded when somebody looks. */
  readonly phase: 'loading' | 'complete' | 'failed';
  readonly present: readonly Member[];
  readonly absent: readonly Member[];
}

export interface ImageContent {
  readonly kind: 'image';
  readonly mxc: string;
  readonly name: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly size: number | undefined;
  readonly mimeType: string | undefined;
  readonly caption: TextContent | undefined;
  /** Whether it stays covered until somebody wants to see it. */
  readonly isSpoiler: boolean;
  readonly isSticker: boolean;
}

export interface VideoContent {
  readonly kind: 'video';
  readonly mxc: string;
  readonly name: string;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly size: number | undefined;
  /** In milliseconds. */
  readonly duration: number | undefined;
  readonly thumbnailMxc: string | undefined;
  readonly caption: TextContent | undefined;
  readonly isSpoiler: boolean;
}

export interface AudioContent {
  readonly kind: 'audio';
  readonly mxc: string;
  readonly name: string;
  readonly size: number | undefined;
  /** In milliseconds. */
  readonly duration: number | undefined;
  /** How loud it is from its beginning to its end, 0 to 1. */
  readonly waveform: readonly number[];
  /** Whether somebody spoke it for this channel. */
  readonly isVoice: boolean;
  readonly caption: TextContent | undefined;
}

export interface FileContent {
  readonly kind: 'file';
  readonly mxc: string;
  readonly name: string;
  readonly size: number | undefined;
  readonly mimeType: string | undefined;
}

export interface TextContent {
  readonly kind: 'text';
  readonly style: 'plain' | 'notice' | 'emote';
  readonly body: string;
  /** HTML as it was received: to be cleaned before it is shown. */
  readonly html: string | undefined;
}

export interface PollContent {
  readonly kind: 'poll';
  readonly question: string;
  readonly answers: readonly { readonly answerId: string; readonly text: string }[];
  readonly maxSelections: number;
  /** Whether everybody sees how others vote before the end. */
  readonly isDisclosed: boolean;
}

/** How a poll stands. */
export interface PollResult {
  /** `incomplete` when not all votes could be had. */
  readonly phase: 'loading' | 'ready' | 'incomplete';
  /** How many chose each answer, by its ID. */
  readonly counts: Readonly<Record<string, number>>;
  readonly voters: number;
  readonly ownAnswers: readonly string[];
  readonly isEnded: boolean;
}

export type MessageContent =
  | TextContent
  | ImageContent
  | VideoContent
  | AudioContent
  | FileContent
  | PollContent
  | { readonly kind: 'deleted' }
  | {
      readonly kind: 'unreadable';
      readonly reason: 'encrypted' | 'unknown';
      readonly body: string | undefined;
    };

export interface Reaction {
  readonly key: string;
  readonly count: number;
  readonly people: readonly Person[];
  /** The ID of our own reaction, when there is one. */
  readonly ownEventId: string | undefined;
}

export interface ReplyQuote {
  readonly eventId: string;
  readonly author: Person | undefined;
  readonly excerpt: string | undefined;
}

/** A thread as the message that began it shows it. */
export interface ThreadSummary {
  readonly count: number;
  readonly latestAuthor: Person;
  readonly latestTimestamp: number;
  readonly latestIsOwn: boolean;
}

export type SendStatus = 'sent' | 'sending' | 'failed';

export interface Message {
  readonly kind: 'message';
  /** Stays the same from the local echo to the message that the server returned. */
  readonly key: string;
  readonly eventId: string;
  readonly timestamp: number;
  readonly author: Person;
  readonly isOwn: boolean;
  readonly content: MessageContent;
  readonly edited: boolean;
  readonly mentionsMe: boolean;
  readonly reply: ReplyQuote | undefined;
  readonly reactions: readonly Reaction[];
  /** The thread that it began, once somebody replied there. */
  readonly thread: ThreadSummary | undefined;
  readonly status: SendStatus;
  readonly canDelete: boolean;
}

/** Something that happened in a channel and is not a message: folded into one quiet line with its neighbours. */
export interface Notice {
  readonly kind: 'notice';
  readonly key: string;
  readonly eventId: string;
  readonly timestamp: number;
  readonly change: NoticeChange;
}

export type NoticeChange =
  | { readonly type: 'joined' | 'left' | 'invited' | 'removed' | 'banned'; readonly name: string }
  | { readonly type: 'text'; readonly text: string };

export type TimelineItem =
  | { readonly type: 'day'; readonly key: string; readonly timestamp: number }
  | { readonly type: 'unread'; readonly key: string }
  | { readonly type: 'message'; readonly key: string; readonly message: Message; readonly continued: boolean }
  | {
      readonly type: 'notices';
      readonly key: string;
      readonly timestamp: number;
      readonly lines: readonly string[];
    };

/** What others said since a channel was read last. */
export interface News {
  /** The event that was read last. */
  readonly readUpTo: string;
  readonly count: number;
  /** When the first of it was said. */
  readonly since: number;
  /** Whether all of it is loaded; there is more before it otherwise. */
  readonly isComplete: boolean;
}

export interface TimelineSnapshot {
  readonly phase: 'loading' | 'ready';
  readonly items: readonly TimelineItem[];
  readonly hasOlder: boolean;
  readonly older: 'idle' | 'loading' | 'failed';
  /** Whether the newest message is part of this view; false after a jump into the past. */
  readonly isLive: boolean;
  readonly news: News | undefined;
}

export interface PinsSnapshot {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** What is pinned in a channel, the newest pin first. */
  readonly messages: readonly Message[];
}

/** What a message said at some time. */
export interface MessageVersion {
  readonly eventId: string;
  readonly timestamp: number;
  readonly content: MessageContent;
}

export interface ThreadSnapshot {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** The message that began it, as far as it is there. */
  readonly root: Message | undefined;
  readonly items: readonly TimelineItem[];
  readonly hasOlder: boolean;
  /** The newest event of the thread: what a reply stands after. */
  readonly latestId: string;
}

/** A message in one line, wherever it is. */
export interface FoundLine {
  readonly channelId: string;
  readonly eventId: string;
  readonly author: Person;
  readonly excerpt: string;
  readonly timestamp: number;
}

/** A result of a search with what was said before and after it. */
export interface FoundMessage extends FoundLine {
  readonly before: FoundLine | undefined;
  readonly after: FoundLine | undefined;
}

export interface SearchPage {
  readonly messages: readonly FoundMessage[];
  /** The words that were found; each may be the beginning of a longer one. */
  readonly highlights: readonly string[];
  /** Where the next page begins, if there may be one. */
  readonly next: string | undefined;
}

export type Connection =
  | { readonly phase: 'starting' | 'live' | 'reconnecting' }
  | { readonly phase: 'signed-out' }
  | { readonly phase: 'failed'; readonly error: unknown };
