import { expect } from 'chai';
import { changeRoom } from '../src/rooms/change-room.ts';
import { createRoom, followPeople, type IntakeContext, joinRoom, receiveEvent } from '../src/rooms/index.ts';
import { UnitOfWork } from '../src/storage/index.ts';
import { OutboxReader } from '../src/stream/index.ts';
import { REMOTE, RemoteRoom, remoteKeys } from '../test-kit/remote-room.ts';
import { openTestRooms, type TestRooms } from '../test-kit/rooms-for-tests.ts';

const BOB = `@bob:${REMOTE}`;

describe('people of other servers', () => {
  let test: TestRooms;
  let context: IntakeContext;
  let reader: OutboxReader;
  before(async () => {
    test = await openTestRooms();
    context = { ...test.rooms, signingKeys: remoteKeys };
    reader = new OutboxReader({
      tail: { rowsAfter: () => undefined },
      storage: context.storage,
      clock: context.clock,
      logger: context.logger,
      name: 'people',
      begin: 'oldest',
      handle: (rows, unit) => followPeople(context, test.accounts.userDirectory, rows, unit),
    });
    await reader.start();
  });
  after(async () => {
    await reader.stop();
    await test.close();
  });

  const found = async (user: Awaited<ReturnType<TestRooms['user']>>, term: string) => {
    await reader.caughtUp();
    const { users } = await test.accounts.userDirectory.search({ ...user, isAdmin: false }, term);
    return users.map(({ userId, displayName }) => `${userId} ${displayName}`);
  };

  it('are found by the names that they have in rooms here', async () => {
    const alice = await test.user('alice');
    const roomId = await createRoom(context, alice.userId, { preset: 'private_chat' });
    const room = await RemoteRoom.of(context.storage, roomId);
    const invite = {
      type: 'm.room.member',
      sender: alice.userId,
      stateKey: BOB,
      content: { membership: 'invite' },
    };
    const known = await context.registry.byId(roomId);
    if (known === undefined) throw new Error('the room is gone');
    const sent = await changeRoom(context, known, (chain) => chain.append(invite));
    await room.learn(sent.eventId, sent.pdu);
    const bobIs = async (content: { membership: string; displayname?: string | number }) => {
      const eventId = await room.send([room.newest], {
        type: 'm.room.member',
        sender: BOB,
        stateKey: BOB,
        content,
      });
      await receiveEvent(context, roomId, room.json(eventId), room);
    };
    expect(await found(alice, 'robert')).to.deep.equal([]);
    await bobIs({ membership: 'join', displayname: 'Robert' });
    expect(await found(alice, 'robert')).to.deep.equal([`${BOB} Robert`]);
    expect(await found(await test.user('stranger'), 'robert')).to.deep.equal([]);
    await bobIs({ membership: 'join', displayname: 'Bobby' });
    expect(await found(alice, 'robert')).to.deep.equal([]);
    expect(await found(alice, 'bobby')).to.deep.equal([`${BOB} Bobby`]);
    await bobIs({ membership: 'join', displayname: 7 });
    expect(await found(alice, 'bob')).to.deep.equal([`${BOB} null`]);
    await bobIs({ membership: 'leave' });
    expect(await found(alice, 'bob')).to.deep.equal([]);
  });

  it('are found by somebody who comes to a room in which they were before', async () => {
    const carol = await test.user('carol');
    const host = await test.user('host');
    const roomId = await createRoom(context, host.userId, { preset: 'public_chat' });
    const room = await RemoteRoom.of(context.storage, roomId);
    const eventId = await room.join([room.newest], `@dora:${REMOTE}`);
    await receiveEvent(context, roomId, room.json(eventId), room);
    await reader.caughtUp();
    // As when a room's state has come from another server: a member without a row of the log that was read.
    const nid = await context.storage.strings.intern(`@dora:${REMOTE}`);
    const unit = new UnitOfWork();
    context.storage.userDirectory.delete(unit, nid);
    await context.storage.database.commit(unit);
    expect(await found(carol, 'dora')).to.deep.equal([]);
    await joinRoom(context, carol.userId, roomId);
    expect(await found(carol, 'dora')).to.deep.equal([`@dora:${REMOTE} null`]);
  });
});
