import { expect } from 'chai';
import { eventually } from '../test-kit/eventually.ts';
import { ShiftedClock } from '../test-kit/shifted-clock.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const RULES = '/_matrix/client/v3/pushrules/global';
const QUIET = { conditions: [{ kind: 'event_match', key: 'room_id', pattern: '!room' }], actions: [] };

describe('Mutes for some time', () => {
  const clock = new ShiftedClock();
  let server: TestServer;
  let alice: TestUser;
  let waker: TestUser;
  let count = 0;
  before(async () => {
    server = await TestServer.start({}, { clock });
    waker = await server.register('waker');
  });
  beforeEach(async () => {
    count += 1;
    alice = await server.register(`alice${count}`);
  });
  after(() => server.stop());

  /** Puts the clock forward. Whoever does the jobs sleeps by the real one, and wakes when there is a new job. */
  const setClock = async (now: number): Promise<void> => {
    clock.set(now);
    const path = `/_matrix/client/v3/user/${waker.userId}/account_data/io.guildhall.muted_until`;
    await waker.ok('PUT', path, { rooms: { '!wake': 0 } });
  };
  const dataPath = () => `/_matrix/client/v3/user/${alice.userId}/account_data/io.guildhall.muted_until`;
  const note = (rooms: object) => alice.ok('PUT', dataPath(), { rooms });
  const mute = (roomId: string, rule: object = QUIET) =>
    alice.ok('PUT', `${RULES}/override/${encodeURIComponent(roomId)}`, rule);
  const quietRooms = async (): Promise<string[]> => {
    const { override }: { override: { rule_id: string }[] } = await alice.ok('GET', `${RULES}/`);
    return override.map((rule) => rule.rule_id).filter((id) => id.startsWith('!'));
  };
  const notedRooms = async (): Promise<object> => (await alice.ok('GET', dataPath())).rooms;

  it('end by themselves, one after the other', async () => {
    const now = clock.now();
    await note({ '!soon': now + 3_600_000, '!later': now + 7_200_000 });
    await mute('!soon');
    await mute('!later');
    await setClock(now + 3_600_000);
    await eventually(async () => (await quietRooms()).join() === '!later');
    await eventually(async () => Object.keys(await notedRooms()).join() === '!later');
    await setClock(now + 7_200_000);
    await eventually(async () => (await quietRooms()).length === 0);
    await eventually(async () => Object.keys(await notedRooms()).length === 0);
  });

  it('end after a restart of the server', async () => {
    const now = clock.now();
    await note({ '!room': now + 3_600_000 });
    await mute('!room');
    clock.set(now + 3_600_000);
    await server.restart();
    await eventually(async () => (await quietRooms()).length === 0);
  });

  it('last longer when they were made longer, and for ever when nobody noted an end', async () => {
    const now = clock.now();
    await note({ '!room': now + 3_600_000, '!other': now + 3_600_000 });
    for (const roomId of ['!room', '!other', '!ever']) await mute(roomId);
    await note({ '!room': now + 7_200_000, '!other': now + 3_600_000 });
    await setClock(now + 3_600_000);
    await eventually(async () => !(await quietRooms()).includes('!other'));
    expect(await quietRooms()).to.have.members(['!room', '!ever']);
  });

  it('leave rules alone that do not keep a room quiet', async () => {
    const now = clock.now();
    await note({ '!loud': now + 1000, '!room': now + 1000, '!gone': now + 1000 });
    await mute('!loud', { ...QUIET, actions: ['notify'] });
    await mute('!room');
    await setClock(now + 1000);
    await eventually(async () => (await quietRooms()).join() === '!loud');
  });

  it('take no harm from what is no time', async () => {
    await mute('!room');
    for (const rooms of [7, [], null, { '!room': 'soon', '!x': 1.5, '!y': 1e300, '!z': null }])
      await alice.ok('PUT', dataPath(), { rooms });
    expect((await alice.request('GET', dataPath())).body.rooms).to.include({ '!room': 'soon' });
    expect(await quietRooms()).to.deep.equal(['!room']);
  });
});
