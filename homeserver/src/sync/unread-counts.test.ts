import { expect } from 'chai';
import { openTestRooms, type TestRooms } from '../../test-kit/rooms-for-tests.ts';
import type { ReadPositions, Realtime } from '../realtime/index.ts';
import {
  createRoom,
  joinRoom,
  leaveRoom,
  type Room,
  sendEvent,
  UserSettingsCache,
  type Viewer,
} from '../rooms/index.ts';
import { UnreadCounts } from './unread-counts.ts';

describe('unread counts', () => {
  let house: TestRooms;
  let alice: Viewer;
  let bob: Viewer;
  let room: Room;
  let read: ReadPositions | undefined;
  let counts: UnreadCounts;
  before(async () => {
    house = await openTestRooms();
    [alice, bob] = [await house.user('alice'), await house.user('bob')];
  });
  after(() => house.close());
  beforeEach(async () => {
    const { rooms } = house;
    const roomId = await createRoom(rooms, alice.userId, { preset: 'public_chat' });
    await joinRoom(rooms, bob.userId, roomId);
    const found = await rooms.registry.byId(roomId);
    if (found === undefined) throw new Error('there is no room');
    room = found;
    read = undefined;
    counts = startCounting();
  });

  /** Counters that know nothing yet, as after a start of the server. */
  function startCounting(): UnreadCounts {
    const readPositions = async () => new Map(read === undefined ? [] : [[room.nid, read]]);
    const receipts = { readPositions } as unknown as Realtime['receipts'];
    const fresh = new UnreadCounts(
      house.rooms,
      receipts,
      new UserSettingsCache(house.rooms, house.accounts.pushRules),
    );
    house.rooms.storage.database.onCommitted((rows) => fresh.follow(rows));
    return fresh;
  }

  let transactions = 0;
  function say(thread?: string): Promise<string> {
    transactions += 1;
    const relation =
      thread === undefined ? {} : { 'm.relates_to': { rel_type: 'm.thread', event_id: thread } };
    const target = { roomId: room.roomId, sender: alice.userId };
    const content = { msgtype: 'm.text', body: 'hello', ...relation };
    const key = { userNid: alice.userNid, deviceId: 'D', scope: 'test', txnId: String(transactions) };
    return sendEvent(house.rooms, target, 'm.room.message', content, key);
  }

  async function sayTimes(times: number, thread?: string): Promise<void> {
    await Promise.all(Array.from({ length: times }, () => say(thread)));
  }

  const newest = () => house.rooms.storage.log.newest();
  const unread = async () => counts.of(bob, room, await newest());

  it('look back at a bounded number of events when they begin, and go on beyond it', async () => {
    await sayTimes(1050);
    expect((await unread()).main.notifications).to.equal(1000);
    await sayTimes(30);
    expect((await unread()).main.notifications).to.equal(1030);
    expect((await startCounting().of(bob, room, await newest())).main.notifications).to.equal(1000);
  });

  it('look for threads a little way before the receipt of the room itself', async () => {
    const root = await say();
    await sayTimes(2, root);
    await sayTimes(20);
    read = { all: undefined, byThread: new Map([['main', await newest()]]) };
    expect(await unread()).to.deep.equal({
      main: { notifications: 0, highlights: 0 },
      threads: new Map([[root, { notifications: 2, highlights: 0 }]]),
    });
    await sayTimes(100);
    read = { all: undefined, byThread: new Map([['main', await newest()]]) };
    expect((await startCounting().of(bob, room, await newest())).threads.size).to.equal(0);
  });

  it('give the same whether the newest events are at hand or in the log', async () => {
    await unread();
    const before = await newest();
    await sayTimes(3);
    const until = await newest();
    const events = await house.rooms.storage.log.forward(room.nid, before, until, 10);
    expect((await counts.of(bob, room, until, { after: before, events })).main.notifications).to.equal(3);
    await sayTimes(2);
    // What is at hand begins later than the counter ends: then the log is asked.
    const late = { after: await newest(), events: [] };
    expect((await counts.of(bob, room, await newest(), late)).main.notifications).to.equal(5);
  });

  it('count each event once when several devices ask at the same time', async () => {
    await unread();
    await sayTimes(5);
    const until = await newest();
    const all = await Promise.all([1, 2, 3].map(() => counts.of(bob, room, until)));
    expect(all.map((tallies) => tallies.main.notifications)).to.deep.equal([5, 5, 5]);
  });

  it('begin anew for somebody who comes back', async () => {
    await sayTimes(2);
    expect((await unread()).main.notifications).to.equal(2);
    await leaveRoom(house.rooms, { roomId: room.roomId, sender: bob.userId });
    await sayTimes(3);
    await joinRoom(house.rooms, bob.userId, room.roomId);
    expect((await unread()).main.notifications).to.equal(0);
    await say();
    expect((await unread()).main.notifications).to.equal(1);
  });
});
