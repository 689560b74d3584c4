import { expect } from 'chai';
import { ClientEvent, createClient, type MatrixClient, RoomEvent, SyncState } from 'matrix-js-sdk';
import { type Logger, logger as sdkLogger } from 'matrix-js-sdk/lib/logger.js';
import { SlidingSync, SlidingSyncEvent, SlidingSyncState } from 'matrix-js-sdk/lib/sliding-sync.js';
import { checkedFetch } from '../test-kit/spec-coverage/checked-fetch.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const ROOMS = 30;

const silence = (): void => undefined;
const quiet: Logger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  getChild: () => quiet,
};

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('The sliding sync of a stock matrix-js-sdk client', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let client: MatrixClient;
  let sliding: SlidingSync;
  const rooms: string[] = [];

  // The SDK never clears the timers of its requests, the longest of two minutes: they must not keep the tests running.
  const { setTimeout: originalSetTimeout } = globalThis;
  before(() => {
    const unreffed = (...args: Parameters<typeof setTimeout>) => originalSetTimeout(...args).unref();
    globalThis.setTimeout = Object.assign(unreffed, originalSetTimeout);
  });
  after(() => {
    globalThis.setTimeout = originalSetTimeout;
  });

  before(async () => {
    Object.assign(sdkLogger, quiet, { log: silence });
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
    for (let number = 0; number < ROOMS; number += 1) {
      rooms.push(await bob.createRoom({ preset: 'public_chat', name: `Room ${number}` }));
      await alice.join(rooms[number] ?? '');
    }
    client = createClient({
      baseUrl: server.url,
      userId: alice.userId,
      deviceId: alice.deviceId,
      accessToken: alice.accessToken,
      fetchFn: checkedFetch,
      logger: quiet,
    });
    const config = {
      timeline_limit: 5,
      required_state: [
        ['*', '*'],
        ['m.room.member', '$LAZY'],
        ['m.room.member', '$ME'],
      ],
    };
    const lists = new Map([['all', { ranges: [[0, 9]], ...config }]]);
    sliding = new SlidingSync(server.url, lists, config, client, 10_000);
    const synced = new Promise<void>((resolve) => {
      client.on(ClientEvent.Sync, (state) => {
        if (state === SyncState.Syncing || state === SyncState.Prepared) resolve();
      });
    });
    await client.startClient({ slidingSync: sliding });
    await synced;
  });

  after(async () => {
    client.stopClient();
    sliding.stop();
    await server.stop();
  });

  const shown = () => client.getRooms().map(({ name }) => name);

  it('shows the window of its list first, and knows how many rooms there are', async () => {
    await until(() => shown().length === 10, 'the first ten rooms');
    expect(shown()).to.include('Room 29').and.not.include('Room 0');
    expect(sliding.getListData('all')).to.deep.equal({ joinedCount: ROOMS });
  });

  it('shows all when the window grows', async () => {
    sliding.setListRanges('all', [[0, ROOMS - 1]]);
    await until(() => shown().length === ROOMS, 'all rooms');
  });

  it('receives every message of many, once and in order, and who sent it', async () => {
    const room = rooms[3] ?? '';
    const received: string[] = [];
    client.on(RoomEvent.Timeline, (event, of, toStart) => {
      if (of?.roomId === room && event.getType() === 'm.room.message' && !toStart) {
        received.push(event.getContent().body);
      }
    });
    const sent = Array.from({ length: 50 }, (_none, number) => `message ${number}`);
    for (const body of sent) await bob.say(room, body);
    await until(() => received.includes('message 49'), 'the last message');
    // Of a burst that is more than the limit a client gets the end; none comes twice or out of order.
    expect(received).to.deep.equal(sent.filter((body) => received.includes(body)));
    expect(client.getRoom(room)?.getMember(bob.userId)?.name).to.equal('bob');
  });

  it('follows invites, typing, receipts, account data and counts', async () => {
    const room = rooms[5] ?? '';
    const invited = await bob.createRoom({ name: 'by invitation', invite: [alice.userId] });
    await until(() => client.getRoom(invited)?.getMyMembership() === 'invite', 'the invite');
    const event = await bob.say(room, `hello ${alice.userId}`);
    await until(() => client.getRoom(room)?.getUnreadNotificationCount() === 1, 'the count');
    const typing = `${roomPath(room)}/typing/${encodeURIComponent(bob.userId)}`;
    await bob.ok('PUT', typing, { typing: true, timeout: 30_000 });
    await until(() => client.getRoom(room)?.getMember(bob.userId)?.typing === true, 'the typing');
    await alice.ok('POST', `${roomPath(room)}/receipt/m.read/${encodeURIComponent(event)}`, {});
    await until(() => client.getRoom(room)?.getUnreadNotificationCount() === 0, 'the receipt');
    await client.setAccountDataRaw('org.example.setting' as never, { value: 7 } as never);
    await until(
      () => client.getAccountData('org.example.setting' as never)?.getContent().value === 7,
      'the account data',
    );
  });

  it('begins again when the server has forgotten it', async () => {
    const finished = new Promise<void>((resolve) => {
      sliding.on(SlidingSyncEvent.Lifecycle, (state, response) => {
        if (state === SlidingSyncState.Complete && response !== null) resolve();
      });
    });
    // A second client of the same device takes the connection over.
    const path = '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync';
    await alice.ok('POST', path, {});
    await finished;
    const room = rooms[7] ?? '';
    await bob.say(room, 'still there');
    await until(() => {
      const timeline = client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
      return timeline.some((event) => event.getContent().body === 'still there');
    }, 'a message on the new connection');
  });
});
