import { type ReactNode, useMemo } from 'react';
import { GatewayContext } from '../src/features/session/gateway-context.ts';
import type { ChannelRules } from '../src/matrix/channel-rules.ts';
import type { Gateway } from '../src/matrix/gateway.ts';
import type { HomeSnapshot } from '../src/matrix/guild-stores.ts';
import type { NotificationWishes } from '../src/matrix/notification-levels.ts';
import type { Privacy } from '../src/matrix/privacy.ts';
import type { Rail } from '../src/matrix/rail.ts';
import type { ServerAbilities } from '../src/matrix/server-abilities.ts';
import { Cell } from '../src/matrix/store.ts';
import type {
  ChannelDetails,
  Connection,
  GuildDetails,
  GuildSummary,
  Inbox,
  MemberList,
  OwnProfile,
  People,
  PersonCard,
  PinsSnapshot,
  Place,
  PollResult,
  ThreadSnapshot,
  TimelineSnapshot,
} from '../src/matrix/types.ts';
import {
  ada,
  channel,
  channelRules,
  guild,
  guilds,
  inbox,
  invite,
  items,
  junoCard,
  members,
  rail,
  tobias,
} from './fixtures.ts';

/** What the stores of a gateway say: each says the same of everything that it is asked about. */
interface Snapshots {
  readonly connection: Connection;
  readonly server: ServerAbilities;
  readonly profile: OwnProfile;
  readonly guilds: readonly GuildSummary[];
  readonly home: HomeSnapshot;
  readonly places: readonly Place[];
  readonly inbox: Inbox;
  readonly people: People;
  readonly person: PersonCard;
  readonly guild: GuildDetails | undefined;
  readonly channel: ChannelDetails | undefined;
  readonly channelRules: ChannelRules;
  readonly members: MemberList;
  readonly typing: readonly string[];
  readonly timeline: TimelineSnapshot;
  readonly thread: ThreadSnapshot;
  readonly pins: PinsSnapshot;
  readonly poll: PollResult;
  readonly privacy: Privacy;
  readonly notifications: NotificationWishes;
  readonly rail: Rail;
}

const usual: Snapshots = {
  connection: { phase: 'live' },
  server: { name: 'hall.example', hasGuilds: true },
  profile: { ...ada, status: undefined },
  guilds,
  home: {
    directs: [
      {
        channelId: '!tobias:hall.example',
        name: tobias.name,
        partner: tobias,
        presence: 'idle',
        unread: true,
        mentions: 1,
      },
    ],
    channels: [],
    invites: [],
    total: { unread: true, mentions: 1 },
  },
  places: [
    { kind: 'guild', id: guild.guildId, name: guild.name, avatarMxc: undefined, unread: true, mentions: 3 },
    {
      kind: 'channel',
      id: channel.channelId,
      name: channel.name,
      guildId: guild.guildId,
      guildName: guild.name,
      category: 'The stage',
      unread: false,
      mentions: 0,
    },
  ],
  inbox,
  people: { friends: [junoCard], blocked: [] },
  person: junoCard,
  guild,
  channel,
  channelRules,
  members: { phase: 'complete', present: members, absent: [] },
  typing: [],
  timeline: { phase: 'ready', items, hasOlder: false, older: 'idle', isLive: true, news: undefined },
  thread: { phase: 'ready', root: undefined, items, hasOlder: false, latestId: '$doors' },
  pins: { phase: 'ready', messages: [] },
  poll: { phase: 'ready', counts: {}, voters: 0, ownAnswers: [], isEnded: false },
  privacy: { showsReading: true, showsTyping: true, showsPresence: false },
  notifications: { rooms: { [guild.guildId]: { level: 'mentions' } } },
  rail,
};

/** What actions answer; the others do nothing and answer nothing. */
export type Answers = Readonly<Record<string, () => unknown>>;

const usualAnswers: Answers = {
  createInvite: () => Promise.resolve(invite),
  listInvites: () => Promise.resolve([invite]),
  listBans: () => Promise.resolve([]),
  listSessions: () => Promise.resolve([]),
  listVersions: () => Promise.resolve([]),
  find: () => Promise.resolve({ messages: [], highlights: [], next: undefined }),
};

const picture = URL.createObjectURL(
  new Blob(
    [
      `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320"><rect width="480" height="320" fill="#17465a"/>
       <circle cx="340" cy="90" r="42" fill="#f2d9a0"/><path d="M0 220q60-30 120 0t120 0 120 0 120 0v100H0z" fill="#0d2f3f"/></svg>`,
    ],
    { type: 'image/svg+xml' },
  ),
);

/** The media address that cannot be had. */
export const missingMxc = 'mxc://hall.example/missing';

/** Any store: it stands still, and what it is asked to do it does not do. */
function standStill<Snapshot>(snapshot: Snapshot): unknown {
  const cell = new Cell(snapshot);
  return new Proxy(cell, {
    get: (_cell, name) => (name === 'subscribe' || name === 'getSnapshot' ? cell[name] : doNothing),
  });
}

function doNothing(): Promise<void> {
  return Promise.resolve();
}

function answerActions(answers: Answers): unknown {
  // A store that is asked for and is not among the snapshots.
  const subscribe = (): never => {
    throw new Error('World lacks a snapshot for this view.');
  };
  return new Proxy(
    { ...answers, subscribe, getSnapshot: subscribe },
    { get: (known: Answers, name) => known[String(name)] ?? doNothing },
  );
}

function buildGateway(changes: Partial<Snapshots>, answers: Answers): Gateway {
  const stores: Record<string, unknown> = {};
  for (const [name, snapshot] of Object.entries({ ...usual, ...changes }))
    stores[name] = standStill(snapshot);
  const perRoom = [
    'person',
    'guild',
    'channel',
    'channelRules',
    'members',
    'typing',
    'timeline',
    'thread',
    'pins',
    'poll',
  ];
  for (const name of perRoom) {
    const store = stores[name];
    stores[name] = () => store;
  }
  const actions = answerActions({ ...usualAnswers, ...answers });
  const fixed: Record<string, unknown> = {
    ...stores,
    userId: ada.userId,
    media: {
      acquire: ({ mxc }: { readonly mxc: string }) =>
        mxc === missingMxc ? Promise.reject(new Error('missing')) : Promise.resolve(picture),
      release: () => undefined,
    },
    watchAlerts: () => () => undefined,
    listCustomEmoji: () => [],
    listStickers: () => [],
    reconnect: () => undefined,
    stop: () => undefined,
  };
  // A fixture: what it lacks of the gateway are actions, and those do nothing.
  return new Proxy(fixed, { get: (known, name) => known[String(name)] ?? actions }) as unknown as Gateway;
}

interface WorldProps {
  readonly children: ReactNode;
  /** What differs from the usual evening. */
  readonly changes?: Partial<Snapshots>;
  readonly answers?: Answers;
}

const nothing = {};

/** What a view of the hall needs around it: a gateway that stands still. */
export function World({ children, changes = nothing, answers = nothing }: WorldProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a story does not change while it is told.
  const gateway = useMemo(() => buildGateway(changes, answers), []);
  return <GatewayContext value={gateway}>{children}</GatewayContext>;
}
