import { expect } from 'chai';
import { openTestRooms, type TestRooms } from '../../../test-kit/rooms-for-tests.ts';
import { createRoom } from './create-room.ts';
import { joinRoom, resolveRoom } from './join.ts';
import { upgradeRoom } from './upgrade-room.ts';

describe('an upgrade that ends before its second half', () => {
  let opened: TestRooms;
  before(async () => {
    opened = await openTestRooms();
  });
  after(() => opened.close());

  it('leaves the old room as it was, and can be repeated', async () => {
    const { rooms } = opened;
    const { database } = rooms.storage;
    const { userId } = await opened.user('alice');
    const roomId = await createRoom(rooms, userId, { aliasName: 'club', visibility: 'public' });
    const room = await resolveRoom(rooms, roomId);
    const commit = database.commit.bind(database);
    database.commit = (unit) => {
      if (unit.heads.some((head) => head.roomNid === room.nid)) return Promise.reject(new Error('gone'));
      return commit(unit);
    };
    const target = { roomId, sender: userId };
    const failure = await upgradeRoom(rooms, target, { roomVersion: '12' }).catch((error: Error) => error);
    database.commit = commit;
    expect(failure).to.be.an('error').with.property('message', 'gone');
    expect(room.content('m.room.tombstone')).to.equal(undefined);
    expect(room.listed).to.equal(true);
    expect((await resolveRoom(rooms, '#club:test')).roomId).to.equal(roomId);

    const replacement = await upgradeRoom(rooms, target, { roomVersion: '12' });
    expect(room.content('m.room.tombstone')).to.include({ replacement_room: replacement });
    expect((await resolveRoom(rooms, '#club:test')).roomId).to.equal(replacement);
    expect(await joinRoom(rooms, userId, replacement)).to.be.a('string');
  });
});
