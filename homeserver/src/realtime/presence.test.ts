import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { EphemeralLog } from './ephemeral-log.ts';
import { Presence } from './presence.ts';
import type { PresenceNews } from './presence-elsewhere.ts';

const MINUTE = 60_000;

/** Everybody shares a room with everybody, but for the hermit. */
function createPresence() {
  const clock = new ManualClock();
  const wakeUps: unknown[] = [];
  const log = new EphemeralLog({ clock, onChange: (change) => wakeUps.push(change) });
  const rooms = {
    whoShareRoomWith: async (viewer: string, others: readonly string[]) =>
      new Set(viewer === '@hermit:x' ? [] : others.filter((userId) => userId !== '@hermit:x')),
  };
  const told: PresenceNews[] = [];
  const presence = new Presence({ log, clock, rooms, onNews: (news) => told.push(news) });
  return { clock, log, wakeUps, told, presence, of: (userId: string) => presence.contentOf(userId).presence };
}

describe('Presence', () => {
  it('shows somebody online who syncs, and offline half a minute after the last sync', async () => {
    const { clock, presence, of } = createPresence();
    expect(of('@a:x')).to.equal('offline');
    const end = presence.userIsSyncing('@a:x', 'online');
    await clock.advance(MINUTE);
    expect(presence.contentOf('@a:x')).to.deep.equal({
      presence: 'online',
      currently_active: true,
      last_active_ago: MINUTE,
    });
    end();
    end();
    await clock.advance(29_999);
    expect(of('@a:x')).to.equal('online');
    await clock.advance(1);
    expect(of('@a:x')).to.equal('offline');
    expect(clock.pendingCount).to.equal(0);
  });

  it('shows nothing between two syncs of a client that goes on', async () => {
    const { clock, presence, wakeUps } = createPresence();
    for (let round = 0; round < 5; round += 1) {
      const end = presence.userIsSyncing('@a:x', 'online');
      await clock.advance(20_000);
      end();
      await clock.advance(5_000);
    }
    expect(wakeUps).to.have.length(1);
  });

  it('shows somebody unavailable after five minutes without activity, and online with the next', async () => {
    const { clock, presence, of } = createPresence();
    presence.userIsSyncing('@a:x', 'online');
    await clock.advance(3 * MINUTE);
    presence.userIsActive('@a:x');
    await clock.advance(5 * MINUTE - 1);
    expect(of('@a:x')).to.equal('online');
    await clock.advance(1);
    expect(of('@a:x')).to.equal('unavailable');
    presence.userIsActive('@a:x');
    expect(of('@a:x')).to.equal('online');
  });

  it('shows the most present of several devices', async () => {
    const { clock, presence, of } = createPresence();
    const endPhone = presence.userIsSyncing('@a:x', 'unavailable');
    expect(of('@a:x')).to.equal('unavailable');
    const endLaptop = presence.userIsSyncing('@a:x', 'online');
    expect(of('@a:x')).to.equal('online');
    endLaptop();
    await clock.advance(30_000);
    expect(of('@a:x')).to.equal('unavailable');
    endPhone();
    await clock.advance(30_000);
    expect(of('@a:x')).to.equal('offline');
  });

  it('takes a device that turns from unavailable to online for activity', async () => {
    const { clock, presence, of } = createPresence();
    presence.userIsSyncing('@a:x', 'unavailable');
    await clock.advance(10 * MINUTE);
    presence.userIsSyncing('@a:x', 'online');
    expect(of('@a:x')).to.equal('online');
  });

  it('does not show somebody whose clients ask for offline', () => {
    const { presence, of, wakeUps } = createPresence();
    presence.userIsSyncing('@a:x', 'offline')();
    expect(of('@a:x')).to.equal('offline');
    expect(wakeUps).to.deep.equal([]);
  });

  it('shows what was set, with its message, until the client does otherwise', async () => {
    const { clock, presence, of } = createPresence();
    const end = presence.userIsSyncing('@a:x', 'online');
    presence.set('@a:x', 'unavailable', 'at lunch');
    expect(presence.contentOf('@a:x')).to.deep.equal({
      presence: 'unavailable',
      last_active_ago: 0,
      status_msg: 'at lunch',
    });
    presence.set('@a:x', 'offline');
    expect(presence.contentOf('@a:x')).to.deep.equal({ presence: 'offline', last_active_ago: 0 });
    end();
    presence.userIsSyncing('@a:x', 'online');
    expect(of('@a:x')).to.equal('online');
    presence.set('@bot:x', 'online');
    expect(of('@bot:x')).to.equal('online');
    await clock.advance(30_000);
    expect(of('@bot:x')).to.equal('offline');
  });

  it('tells each viewer the changes of those that share a room', async () => {
    const { log, presence } = createPresence();
    presence.userIsSyncing('@a:x', 'online');
    presence.set('@gone:x', 'offline', 'back in May');
    const position = log.position;
    presence.userIsSyncing('@b:x', 'unavailable');
    presence.userIsSyncing('@hermit:x', 'online');
    const namesSince = async (viewer: string, since: number | undefined) =>
      (await presence.presenceSince(viewer, since)).map(({ userId }) => userId);
    expect(await namesSince('@a:x', position)).to.deep.equal(['@b:x']);
    expect(await namesSince('@a:x', undefined)).to.deep.equal(['@a:x', '@b:x']);
    expect(await namesSince('@hermit:x', undefined)).to.deep.equal(['@hermit:x']);
    expect(await namesSince('@a:x', log.position)).to.deep.equal([]);
    // As after a restart: the client may have seen anything.
    expect(await namesSince('@a:x', 17)).to.deep.equal(['@a:x', '@gone:x', '@b:x']);
  });

  it('shows the presence only to the user and those who share a room', async () => {
    const { presence } = createPresence();
    expect(await rejection(presence.get('@a:x', '@hermit:x'))).to.include({ errcode: 'M_FORBIDDEN' });
    expect(await presence.get('@hermit:x', '@hermit:x')).to.deep.equal({ presence: 'offline' });
    expect(await presence.get('@a:x', '@b:x')).to.deep.equal({ presence: 'offline' });
  });

  it('shows what the server of somebody else says, with its message, for half an hour', async () => {
    const { clock, presence, of } = createPresence();
    const say = (state: 'online' | 'offline', statusMessage?: string) =>
      presence.hearFromServer('@b:remote', { presence: state, lastActiveTs: clock.now(), statusMessage });
    say('online', 'reading');
    expect(of('@b:remote')).to.equal('online');
    say('online');
    expect(presence.contentOf('@b:remote')).to.not.have.property('status_msg');
    await clock.advance(30 * MINUTE - 1);
    expect(of('@b:remote')).to.equal('online');
    await clock.advance(1);
    expect(of('@b:remote')).to.equal('offline');
    say('online');
    say('offline');
    expect(of('@b:remote')).to.equal('offline');
  });

  it('lets no timer run on when it stops', () => {
    const { clock, presence } = createPresence();
    presence.userIsSyncing('@a:x', 'online');
    expect(clock.pendingCount).to.equal(1);
    presence.stop();
    expect(clock.pendingCount).to.equal(0);
  });
});
