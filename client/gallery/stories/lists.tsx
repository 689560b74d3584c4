import type { ReactNode } from 'react';
import { ChannelHeader } from '../../src/features/channel/ChannelHeader.tsx';
import { ChannelList } from '../../src/features/channel-list/ChannelList.tsx';
import { HomeList } from '../../src/features/channel-list/HomeList.tsx';
import { GuildRail } from '../../src/features/guild-rail/GuildRail.tsx';
import { MemberPanel } from '../../src/features/people/MemberPanel.tsx';
import { PeoplePage } from '../../src/features/people/PeoplePage.tsx';
import { UserPanel } from '../../src/features/people/UserPanel.tsx';
import PinsPanel from '../../src/features/pins/PinsPanel.tsx';
import SearchPanel from '../../src/features/search/SearchPanel.tsx';
import ThreadPanel from '../../src/features/thread/ThreadPanel.tsx';
import type { HomeSnapshot } from '../../src/matrix/guild-stores.ts';
import type { MemberList, PinsSnapshot, ThreadSnapshot } from '../../src/matrix/types.ts';
import { HallSkeleton } from '../../src/scenes/hall/HallSkeleton.tsx';
import {
  ada,
  channel,
  channelId,
  createMember,
  createMessage,
  createText,
  everything,
  guild,
  guildId,
  items,
  juno,
  members,
  tobias,
} from '../fixtures.ts';
import { Stage } from '../Stage.tsx';
import type { Stories } from '../story.ts';
import { World } from '../World.tsx';

const quiet = { unread: false, mentions: 0 };
const noHome: HomeSnapshot = { directs: [], channels: [], invites: [], total: quiet };
const fullHome: HomeSnapshot = {
  directs: [
    {
      channelId: '!a:hall.example',
      name: tobias.name,
      partner: tobias,
      presence: 'idle',
      unread: true,
      mentions: 2,
    },
    {
      channelId: '!b:hall.example',
      name: 'Juno, Rosa and 3 others',
      partner: undefined,
      presence: 'offline',
      ...quiet,
    },
  ],
  channels: [{ channelId: '!c:hall.example', name: 'matrix-news', joined: true, isForum: false, ...quiet }],
  invites: [
    { roomId: '!d:hall.example', name: 'Pixel Foundry', avatarMxc: undefined, kind: 'guild', inviter: juno },
    { roomId: '!e:hall.example', name: 'Ada', avatarMxc: undefined, kind: 'direct', inviter: tobias },
  ],
  total: { unread: true, mentions: 4 },
};

const showGuild = (changes: Partial<typeof guild>): ReactNode => (
  <World>
    <Stage isSide>
      <ChannelList guild={{ ...guild, ...changes }} channelId={channelId} />
    </Stage>
  </World>
);
const showHome = (home: HomeSnapshot): ReactNode => (
  <World changes={{ home }}>
    <Stage isSide>
      <HomeList home={home} channelId={undefined} />
    </Stage>
  </World>
);
const showMembers = (list: MemberList): ReactNode => (
  <World changes={{ members: list }}>
    <Stage isSide>
      <MemberPanel roomId={channelId} />
    </Stage>
  </World>
);
const showPins = (pins: PinsSnapshot): ReactNode => (
  <World changes={{ pins }}>
    <Stage isSide>
      <PinsPanel channel={channel} />
    </Stage>
  </World>
);
const root = createMessage(createText('Shall we paint the boat?'), { key: '$root', eventId: '$root' });
const showThread = (changes: Partial<ThreadSnapshot>): ReactNode => (
  <World
    changes={{ thread: { phase: 'ready', root, items, hasOlder: true, latestId: '$doors', ...changes } }}
  >
    <Stage>
      <ThreadPanel channel={channel} rootId="$root" />
    </Stage>
  </World>
);

export const listStories: Stories = {
  'guild rail': () => (
    <World>
      <Stage>
        <GuildRail selected={guildId} />
      </Stage>
    </World>
  ),
  'guild rail, empty': () => (
    <World changes={{ guilds: [], rail: { items: [] } }}>
      <Stage>
        <GuildRail selected="home" />
      </Stage>
    </World>
  ),
  channels: () => showGuild({}),
  'channels, none': () => showGuild({ tree: { channels: [], categories: [] } }),
  'channels of a member': () =>
    showGuild({ permissions: { ...everything, canInvite: false, canAddChannels: false, level: 0 } }),
  home: () => showHome(fullHome),
  'home, empty': () => showHome(noHome),
  members: () =>
    showMembers({
      phase: 'complete',
      present: members,
      absent: [createMember({ ...ada, userId: '@rosa:hall.example', name: 'Rosa' }, { presence: 'offline' })],
    }),
  'members, loading': () => showMembers({ phase: 'loading', present: [], absent: [] }),
  'members, failed': () => showMembers({ phase: 'failed', present: members, absent: [] }),
  'own panel': () => (
    <World>
      <UserPanel />
    </World>
  ),
  'own panel, connecting': () => (
    <World changes={{ connection: { phase: 'reconnecting' } }}>
      <UserPanel />
    </World>
  ),
  'channel header': () => (
    <World>
      <ChannelHeader channel={channel} />
    </World>
  ),
  people: () => (
    <World>
      <Stage>
        <PeoplePage />
      </Stage>
    </World>
  ),
  'people, none': () => (
    <World changes={{ people: { friends: [], blocked: [] } }}>
      <Stage>
        <PeoplePage />
      </Stage>
    </World>
  ),
  pins: () => showPins({ phase: 'ready', messages: [root] }),
  'pins, none': () => showPins({ phase: 'ready', messages: [] }),
  'pins, loading': () => showPins({ phase: 'loading', messages: [] }),
  'pins, failed': () => showPins({ phase: 'failed', messages: [] }),
  search: () => (
    <World>
      <Stage isSide>
        <SearchPanel channel={channel} guild={guild} />
      </Stage>
    </World>
  ),
  thread: () => showThread({}),
  'thread, loading': () => showThread({ phase: 'loading', root: undefined, items: [], hasOlder: false }),
  'thread, failed': () => showThread({ phase: 'failed', items: [], hasOlder: false }),
  'the hall in outline': () => <HallSkeleton />,
};
