import type { ChannelRules } from '../src/matrix/channel-rules.ts';
import type { InviteLink } from '../src/matrix/communities.ts';
import type { Rail } from '../src/matrix/rail.ts';
import type {
  ChannelDetails,
  ChannelSummary,
  GuildDetails,
  GuildSummary,
  Inbox,
  InboxChannel,
  Member,
  Message,
  MessageContent,
  Permissions,
  Person,
  PersonCard,
  Reaction,
  TextContent,
  TimelineItem,
} from '../src/matrix/types.ts';

/** Friday evening, when all stories are told. */
export const now = Date.UTC(2026, 10, 20, 20, 47);
const minute = 60_000;

function createPerson(localpart: string, name: string): Person {
  return { userId: `@${localpart}:hall.example`, name, avatarMxc: `mxc://hall.example/${localpart}` };
}

export const ada = createPerson('ada', 'Ada Marten');
export const juno = createPerson('juno', 'Juno Okafor');
export const tobias = createPerson('tobias', 'Tobias Lindqvist');
export const bartholomew: Person = {
  ...createPerson('bartholomew', 'Professor Bartholomew Featherstone-Haugh of the Upper Gallery'),
  avatarMxc: undefined,
};

export const everything: Permissions = {
  canSend: true,
  canRename: true,
  canSetTopic: true,
  canInvite: true,
  canAddChannels: true,
  canDeleteOthers: true,
  canPin: true,
  canReact: true,
  canSendStickers: true,
  canBeginPolls: true,
  canSetSlowMode: true,
  canSetForum: true,
  canKick: true,
  canBan: true,
  canClose: true,
  canSetAvatar: true,
  canSetLevels: true,
  level: 100,
};

export const channelId = '!sets:hall.example';

export const channel: ChannelDetails = {
  channelId,
  name: 'sets-and-lamps',
  topic: 'Everything that is painted, hung, carried or lit.',
  kind: 'channel',
  partner: undefined,
  pinnedIds: ['$list'],
  forumTags: undefined,
  writingBar: undefined,
  slowMode: undefined,
  permissions: everything,
};

export const channelRules: ChannelRules = {
  access: 'guild',
  history: 'shared',
  levels: { write: 0, react: 0, mentionAll: 50, describe: 50, pin: 50, deleteOthers: 50, invite: 0 },
  address: '#sets:hall.example',
  guildId: '!lantern:hall.example',
  mayChange: { access: true, history: true, levels: true, address: true, place: true },
};

function summarize(name: string, changes: Partial<ChannelSummary> = {}): ChannelSummary {
  return {
    channelId: `!${name}:hall.example`,
    name,
    joined: true,
    isForum: false,
    unread: false,
    mentions: 0,
    ...changes,
  };
}

export const guildId = '!lantern:hall.example';

export const guild: GuildDetails = {
  guildId,
  name: 'The Lantern Club',
  topic: 'Late tea, long games and the occasional play. Whoever comes belongs.',
  avatarMxc: 'mxc://hall.example/lantern',
  plain: undefined,
  memberCount: 42,
  permissions: everything,
  tree: {
    channels: [summarize('general', { unread: true })],
    categories: [
      {
        categoryId: '!stage:hall.example',
        name: 'The stage',
        channels: [
          summarize('rehearsals', { unread: true, mentions: 3 }),
          { ...summarize('sets-and-lamps'), channelId },
          summarize('a-channel-with-a-name-that-is-far-too-long-for-this-list'),
        ],
      },
      {
        categoryId: '!kitchen:hall.example',
        name: 'Kitchen',
        channels: [summarize('recipes', { joined: false })],
      },
    ],
  },
};

export const guilds: readonly GuildSummary[] = [
  { guildId, name: guild.name, avatarMxc: guild.avatarMxc, unread: true, mentions: 3 },
  {
    guildId: '!walkers:hall.example',
    name: 'Sunday Walkers',
    avatarMxc: undefined,
    unread: false,
    mentions: 0,
  },
  { guildId: '!choir:hall.example', name: 'Harbour Choir', avatarMxc: undefined, unread: true, mentions: 0 },
];

export const rail: Rail = {
  items: [
    { kind: 'guild', guildId },
    {
      kind: 'folder',
      folderId: 'folder-1',
      name: 'Weekend',
      guildIds: ['!walkers:hall.example', '!choir:hall.example'],
    },
  ],
};

export function createMember(person: Person, changes: Partial<Member> = {}): Member {
  return { ...person, presence: 'online', status: undefined, level: 0, rank: 'member', ...changes };
}

export const members: readonly Member[] = [
  createMember(ada, { rank: 'owner', level: 100 }),
  createMember(juno, { rank: 'moderator', level: 50, status: 'Counting lamps' }),
  createMember(tobias, { presence: 'idle', status: 'At sea until nine' }),
];

export const junoCard: PersonCard = {
  ...juno,
  presence: 'online',
  status: 'Counting lamps',
  isBlocked: false,
  sharedGuilds: [{ guildId, name: guild.name }],
};

export function createText(body: string, changes: Partial<TextContent> = {}): TextContent {
  return { kind: 'text', style: 'plain', body, html: undefined, ...changes };
}

export function createMessage(content: MessageContent, changes: Partial<Message> = {}): Message {
  return {
    kind: 'message',
    key: '$message',
    eventId: '$message',
    timestamp: now - 30 * minute,
    author: juno,
    isOwn: false,
    content,
    edited: false,
    mentionsMe: false,
    reply: undefined,
    reactions: [],
    thread: undefined,
    status: 'sent',
    canDelete: true,
    ...changes,
  };
}

export const reactions: readonly Reaction[] = [
  { key: '🔥', count: 4, people: [ada, juno, tobias, bartholomew], ownEventId: '$fire' },
  { key: '❤️', count: 1, people: [tobias], ownEventId: undefined },
];

const said = (
  key: string,
  author: Person,
  body: string,
  minutesAgo: number,
  continued = false,
): TimelineItem => ({
  type: 'message',
  key,
  continued,
  message: createMessage(createText(body), {
    key,
    eventId: key,
    author,
    timestamp: now - minutesAgo * minute,
  }),
});

export const items: readonly TimelineItem[] = [
  { type: 'day', key: 'day', timestamp: now },
  said('$list', juno, 'Still missing for Saturday: two lanterns with a handle, and a rope.', 50),
  said('$rope', tobias, 'I can bring the rope. It has been to sea, twice.', 48),
  said('$rope2', tobias, 'It is six metres long.', 48, true),
  { type: 'notices', key: 'notices', timestamp: now, lines: ['Rosa joined', 'Kenji changed the topic'] },
  { type: 'unread', key: 'unread' },
  said('$doors', juno, 'Do we still open the doors at seven?', 4),
];

const inboxChannel: InboxChannel = {
  channelId,
  name: channel.name,
  guildId,
  guildName: guild.name,
  isDirect: false,
  unread: true,
  mentions: 1,
};

const news = {
  eventId: '$doors',
  author: juno,
  excerpt: 'Do we still open the doors at seven?',
  timestamp: now,
  isNew: true,
};

export const invite: InviteLink = {
  code: 'lantern',
  link: 'https://hall.example/invite/lantern',
  inviterId: juno.userId,
  inviterName: juno.name,
  createdAt: now - 86_400_000,
  uses: 3,
  expiresAt: now + 6 * 86_400_000,
  maxUses: 10,
};

export const inbox: Inbox = {
  mentions: [{ ...news, channel: inboxChannel }],
  unread: [{ ...inboxChannel, news: [news] }],
};
