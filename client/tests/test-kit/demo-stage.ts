import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roomPath, TestUser } from '../../../homeserver/test-kit/test-user.ts';
import { writeAppServiceFile } from '../../demo/app-service-file.ts';
import { type CastMember, cast, type Name, names } from '../../demo/cast.ts';
import { type Demo, fillServer } from '../../demo/fill-server.ts';
import { createGuild, type SeededGuild } from './guild.ts';
import { Hall } from './hall.ts';
import { appear, markRead } from './talk.ts';

/** A hall with the guild of the demo in it, on the day of a rehearsal, as Ada sees it. */
export interface DemoStage {
  readonly hall: Hall;
  readonly demo: Demo;
  readonly guild: SeededGuild;
  /** A guild with nothing but its first channel. */
  readonly emptyGuild: SeededGuild;
  /** When all this is, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** The room ID of a channel by its name. */
  readonly channel: (name: string) => string;
  /** Brings people back who have been away for half a minute. */
  readonly refreshPresence: () => Promise<void>;
  /** Lets Tobias begin to type. */
  readonly startTyping: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const founded = Date.UTC(2026, 6, 24, 18, 0);
/** When the times of the script are those of the clock. */
const now = Date.UTC(2026, 10, 20, 13, 16);
const sharedSecret = 'secret-of-the-stage';
const appServiceToken = 'token-of-the-stage';

/** Who is away from their desk, and who has gone. */
const unavailable: readonly Name[] = ['ines', 'kenji', 'samir'];
const offline: readonly Name[] = ['rosa', 'bartholomew', 'pavel'];

/** Opens a hall and fills it. Close it in the end. */
export async function openDemoStage(): Promise<DemoStage> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-stage-'));
  await writeAppServiceFile(folder, appServiceToken, 'token-of-the-server');
  const hall = await Hall.open({ APPSERVICE_DIR: folder, REGISTRATION_SHARED_SECRET: sharedSecret });
  hall.clock.set(founded);
  const demo = await fillServer({ url: hall.server.url, sharedSecret, appServiceToken }, { now });
  const person = (name: Name): TestUser => {
    const { userId, deviceId, accessToken } = demo.people[name];
    return new TestUser(() => hall.server.url, userId, deviceId, accessToken);
  };
  const channel = (name: string): string => demo.channelIds.get(name) ?? '';
  const emptyGuild = await createGuild(person('ada'), { name: 'Sunday Walkers' });
  await readUpToMention(person('ada'), demo, channel('sets-and-lamps'));
  hall.clock.set(now);
  return {
    hall,
    demo,
    guild: { guildId: demo.guildId, name: 'The Lantern Club', generalId: channel('general') },
    emptyGuild,
    now,
    channel,
    async refreshPresence() {
      for (const name of names.filter((someone) => !offline.includes(someone))) {
        const { status }: CastMember = cast[name];
        await appear(person(name), unavailable.includes(name) ? 'unavailable' : 'online', status);
      }
    },
    async startTyping() {
      const tobias = person('tobias');
      const path = `${roomPath(channel('sets-and-lamps'))}/typing/${encodeURIComponent(tobias.userId)}`;
      await tobias.ok('PUT', path, { typing: true, timeout: 30_000 });
    },
    async close() {
      await hall.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Ada has read what was said to her; what came after it is new. Elsewhere she has read everything but today's. */
async function readUpToMention(ada: TestUser, demo: Demo, setsId: string): Promise<void> {
  for (const [name, roomId] of demo.channelIds) {
    const { chunk } = await ada.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=20`);
    const isRead = (event: { sender: string; content: { body?: string } }): boolean =>
      roomId === setsId ? event.content.body?.includes('blue box') === true : name !== 'rehearsals';
    const read = chunk.find(isRead);
    if (read) await markRead(ada, roomId, read.event_id);
  }
}
