import type { ReactNode } from 'react';
import ChannelSettingsScene from '../../src/scenes/settings/ChannelSettingsScene.tsx';
import GuildSettingsScene from '../../src/scenes/settings/GuildSettingsScene.tsx';
import SettingsScene from '../../src/scenes/settings/SettingsScene.tsx';
import { bartholomew, channel, channelId, everything, guild, guildId, juno, now } from '../fixtures.ts';
import type { Stories } from '../story.ts';
import { type Answers, World } from '../World.tsx';

const sessions = [
  { sessionId: 'A', name: 'Firefox on Linux', isThisOne: true, lastSeen: now, address: '192.0.2.7' },
  { sessionId: 'B', name: 'A phone', isThisOne: false, lastSeen: now - 86_400_000, address: undefined },
];
const answers: Answers = {
  listSessions: () => Promise.resolve(sessions),
  listBans: () => Promise.resolve([{ ...bartholomew, reason: 'Too loud in the upper gallery' }]),
};
const fail = (): Promise<never> => Promise.reject(new Error('unreachable'));
const failing: Answers = { listSessions: fail, listBans: fail };

const user = (pageId: string, given: Answers = answers): ReactNode => (
  <World
    answers={given}
    changes={{ people: { friends: [], blocked: [{ ...juno, presence: 'offline', status: undefined }] } }}
  >
    <SettingsScene pageId={pageId} />
  </World>
);
const guildPage = (pageId: string, given: Answers = answers, permissions = everything): ReactNode => (
  <World answers={given} changes={{ guild: { ...guild, permissions } }}>
    <GuildSettingsScene guildId={guildId} pageId={pageId} />
  </World>
);

const channelPage = (pageId: string, permissions = everything): ReactNode => (
  <World answers={answers} changes={{ channel: { ...channel, permissions } }}>
    <ChannelSettingsScene channelId={channelId} pageId={pageId} />
  </World>
);

export const settingsStories: Stories = {
  account: () => user('account'),
  sessions: () => user('sessions'),
  'sessions, failed': () => user('sessions', failing),
  privacy: () => user('privacy'),
  notifications: () => user('notifications'),
  appearance: () => user('appearance'),
  keys: () => user('keys'),
  language: () => user('language'),
  'channel overview': () => channelPage('overview'),
  'channel overview, to read': () =>
    channelPage('overview', { ...everything, canRename: false, canSetTopic: false }),
  'channel permissions': () => channelPage('permissions'),
  'channel notifications': () => channelPage('notifications'),
  'leave a channel': () => channelPage('leave'),
  'guild overview': () => guildPage('overview'),
  'guild overview, to read': () =>
    guildPage('overview', answers, {
      ...everything,
      canRename: false,
      canSetTopic: false,
      canSetAvatar: false,
      canInvite: false,
    }),
  'guild members': () => guildPage('members'),
  'guild channels': () => guildPage('channels'),
  'guild invites': () => guildPage('invites'),
  'guild bans': () => guildPage('bans'),
  'guild bans, none': () => guildPage('bans', { ...answers, listBans: () => Promise.resolve([]) }),
  'guild bans, failed': () => guildPage('bans', failing),
  'leave a guild': () => guildPage('leave'),
};
