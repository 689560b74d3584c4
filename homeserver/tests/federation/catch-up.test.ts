import { expect } from 'chai';
import type { TestUser } from '../../test-kit/test-user.ts';
import { roomPath } from '../../test-kit/test-user.ts';
import {
  joinVia,
  sharedRoom,
  startTwoServers,
  type TwoServers,
  untilSeen,
  untilSynced,
} from '../../test-kit/two-servers.ts';

/** `npm run soak -- federation-catch-up` has more of both. */
const EVENTS = Number(process.env.GUILDHALL_TEST_CATCH_UP_EVENTS ?? 240);
const ROOMS = Number(process.env.GUILDHALL_TEST_CATCH_UP_ROOMS ?? 4);

describe('a server that was down for long', function () {
  this.timeout(60_000 + EVENTS * 100);
  let servers: TwoServers;
  before(async () => {
    servers = await startTwoServers();
  });
  after(() => servers.network.stop());

  it(`gets ${EVENTS} events in ${ROOMS} rooms, though the one that sends them restarts meanwhile`, async () => {
    const { network, here, alice, bob } = servers;
    const rooms: { roomId: string; said: string[] }[] = [];
    for (let count = 0; count < ROOMS; count += 1) {
      rooms.push({ roomId: await sharedRoom(alice, bob), said: [] });
    }
    network.cutOff('there.test');
    await sayEverywhere(alice, rooms, EVENTS / 2);
    await here.restart();
    await sayEverywhere(alice, rooms, EVENTS / 2);

    const heap = new HeapWatch();
    const startedAt = performance.now();
    network.reconnect('there.test');
    // Whoever hears from a server tries it again.
    await bob.say(rooms[0]?.roomId ?? '', 'back again');
    for (const { roomId, said } of rooms) await untilSeen(bob, roomId, said.at(-1) ?? '');
    const tookMs = performance.now() - startedAt;
    for (const { roomId, said } of rooms) {
      const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=1000`);
      const seen = chunk
        .filter(
          ({ sender, type }: { sender: string; type: string }) =>
            sender === alice.userId && type === 'm.room.message',
        )
        .map(({ event_id: eventId }: { event_id: string }) => eventId);
      expect(seen).to.deep.equal(said.toReversed());
    }
    const heapMb = heap.end();
    if (process.env.GUILDHALL_TEST_CATCH_UP_EVENTS !== undefined) {
      console.log(
        `${EVENTS} events in ${ROOMS} rooms: all there after ${Math.round(tookMs)} ms, heap of both servers ${heapMb}`,
      );
    }
  });

  it('does not get what was said while nobody of it was in the room', async () => {
    const { network, alice, bob } = servers;
    const roomId = await sharedRoom(alice, bob, {
      initial_state: [
        { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } },
      ],
    });
    network.cutOff('there.test');
    const before = await alice.say(roomId, 'while it is down');
    await alice.ok('POST', `${roomPath(roomId)}/kick`, { user_id: bob.userId });
    const between = await alice.say(roomId, 'between us');
    network.reconnect('there.test');
    // Whoever hears from a server tries it again.
    await bob.ok('GET', `/_matrix/client/v3/profile/${encodeURIComponent(alice.userId)}`);
    await untilSynced(bob, (answer) => answer.rooms?.leave?.[roomId]);
    await joinVia(bob, roomId, 'here.test');
    const after = await alice.say(roomId, 'welcome back');
    await untilSeen(bob, roomId, after);
    await untilSeen(bob, roomId, before);
    const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`);
    expect(JSON.stringify(chunk)).not.to.include(between);
  });
});

/** How much the heap of this process grows. */
class HeapWatch {
  readonly #before = process.memoryUsage().heapUsed;
  #most = this.#before;
  readonly #timer = setInterval(() => this.#look(), 20);

  /** @returns in words, in megabytes. */
  end(): string {
    clearInterval(this.#timer);
    this.#look();
    return `${Math.round(this.#before / 1e6)} MB before, ${Math.round(this.#most / 1e6)} MB at most`;
  }

  #look(): void {
    this.#most = Math.max(this.#most, process.memoryUsage().heapUsed);
  }
}

/** Says something in each room in turn, until so much was said. */
async function sayEverywhere(
  user: TestUser,
  rooms: readonly { roomId: string; said: string[] }[],
  count: number,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const room = rooms[index % rooms.length];
    room?.said.push(await user.say(room.roomId, `message ${index}`));
  }
}
