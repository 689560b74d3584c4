import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { EphemeralLog } from './ephemeral-log.ts';
import { Presence } from './presence.ts';
import { shareWithOthers } from './share-with-others.ts';
import { Typing } from './typing.ts';

const ROOM = '!r:x';
const MINUTE = 60_000;

/** Processes that hear each other, on one clock. */
class Processes {
  readonly clock = new ManualClock();
  readonly #listeners: Map<string, (message: unknown) => void>[] = [];
  sent = 0;

  start() {
    const own = new Map<string, (message: unknown) => void>();
    this.#listeners.push(own);
    const sharing = shareWithOthers({
      send: (topic, message) => {
        this.sent += 1;
        for (const other of this.#listeners) {
          if (other !== own) other.get(topic)?.(JSON.parse(JSON.stringify(message)));
        }
      },
      on: (topic, listener) => own.set(topic, listener),
    });
    const log = new EphemeralLog({ clock: this.clock, onChange: () => undefined });
    const membership = { isJoined: async () => true };
    const typing = new Typing({ log, clock: this.clock, membership, onChange: sharing.typingChanged });
    const rooms = { whoShareRoomWith: async () => new Set<string>() };
    const presence = new Presence({ log, clock: this.clock, rooms, onNews: sharing.presenceChanged });
    sharing.start(typing, presence);
    return { typing, presence, log, hear: (topic: string, message: unknown) => own.get(topic)?.(message) };
  }
}

describe('Sharing with other processes', () => {
  let processes: Processes;
  let one: ReturnType<Processes['start']>;
  let other: ReturnType<Processes['start']>;
  beforeEach(() => {
    processes = new Processes();
    one = processes.start();
    other = processes.start();
  });

  describe('of typing', () => {
    it('shows it everywhere until it is stopped, wherever that is said', async () => {
      await one.typing.start(ROOM, '@a:x');
      expect(other.typing.typingIn(ROOM)).to.deep.equal(['@a:x']);
      await other.typing.stop(ROOM, '@a:x');
      expect(one.typing.typingIn(ROOM)).to.deep.equal([]);
    });

    it('ends it by itself everywhere, also when the process has died to which it was said', async () => {
      await one.typing.start(ROOM, '@a:x', 20_000);
      await processes.clock.advance(19_999);
      expect(other.typing.typingIn(ROOM)).to.deep.equal(['@a:x']);
      await processes.clock.advance(1);
      expect(other.typing.typingIn(ROOM)).to.deep.equal([]);
    });

    it('tells a process that comes later, and takes back only its own when it stops', async () => {
      await one.typing.start(ROOM, '@a:x');
      await other.typing.start(ROOM, '@b:x');
      expect(processes.start().typing.typingIn(ROOM)).to.have.members(['@a:x', '@b:x']);
      one.typing.removeAll();
      expect(other.typing.typingIn(ROOM)).to.deep.equal(['@b:x']);
    });
  });

  describe('of presence', () => {
    const at = ({ presence }: { presence: Presence }) => presence.contentOf('@a:x').presence;

    it('shows who syncs at another process for as long as they do', async () => {
      for (let round = 0; round < 10; round += 1) {
        const end = one.presence.userIsSyncing('@a:x', 'online');
        await processes.clock.advance(30_000);
        if (round % 4 === 0) one.presence.userIsActive('@a:x');
        end();
        expect(at(other)).to.equal('online');
      }
      expect(processes.sent, 'not at every sync').to.be.below(16);
      await processes.clock.advance(30_000);
      expect(at(other)).to.equal('offline');
    });

    it('is the best of all: who is idle here and active there is online', async () => {
      one.presence.userIsSyncing('@a:x', 'unavailable');
      expect([at(one), at(other)]).to.deep.equal(['unavailable', 'unavailable']);
      const end = other.presence.userIsSyncing('@a:x', 'online');
      expect([at(one), at(other)]).to.deep.equal(['online', 'online']);
      end();
      await processes.clock.advance(30_000);
      expect([at(one), at(other)]).to.deep.equal(['unavailable', 'unavailable']);
    });

    it('counts what somebody does at another process than they sync with', async () => {
      one.presence.userIsSyncing('@a:x', 'online');
      for (let minute = 0; minute < 8; minute += 1) {
        await processes.clock.advance(MINUTE);
        one.presence.userIsSyncing('@a:x', 'online')();
        other.presence.userIsActive('@a:x');
      }
      expect(at(one)).to.equal('online');
      await processes.clock.advance(5 * MINUTE);
      expect(at(one)).to.equal('unavailable');
    });

    it('carries what is set, with its message, also to a process that comes later', () => {
      one.presence.userIsSyncing('@a:x', 'online');
      other.presence.set('@a:x', 'unavailable', 'at lunch');
      expect(one.presence.contentOf('@a:x')).to.include({ presence: 'unavailable', status_msg: 'at lunch' });
      const late = processes.start();
      expect(late.presence.contentOf('@a:x')).to.include({ presence: 'unavailable', status_msg: 'at lunch' });
    });

    it('forgets in time who was at a process that died, and soon who was at one that stopped', async () => {
      one.presence.userIsSyncing('@a:x', 'online');
      await processes.clock.advance(149_999);
      expect(at(other)).to.equal('online');
      await processes.clock.advance(1);
      expect(at(other)).to.equal('offline');
      one.presence.userIsSyncing('@a:x', 'online');
      one.presence.stop();
      await processes.clock.advance(30_000);
      expect(at(other)).to.equal('offline');
    });
  });

  it('takes no notice of messages of another form', () => {
    for (const message of [
      null,
      1,
      [],
      {},
      { roomId: 1 },
      { process: 'p', userId: '@a:x', presence: 'asleep' },
    ]) {
      one.hear('typing', message);
      one.hear('presence', message);
    }
    expect(one.presence.contentOf('@a:x')).to.deep.equal({ presence: 'offline' });
  });
});
