import { expect } from 'chai';
import { openTestRooms } from '../../test-kit/rooms-for-tests.ts';
import { changeRoom } from '../rooms/change-room.ts';
import { createRoom, UserSettingsCache } from '../rooms/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import { strippedRooms } from './invited-room.ts';

describe('a room that the user has knocked on', () => {
  it('shows what it is, stripped, and their knock', async () => {
    const { rooms, accounts, user, close } = await openTestRooms();
    try {
      const [alice, bob] = [await user('alice'), await user('bob')];
      const joinRules = { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'knock' } };
      const roomId = await createRoom(rooms, alice.userId, {
        name: 'Club',
        topic: 'Cheese',
        initialState: [joinRules],
      });
      const room = await rooms.registry.byId(roomId);
      if (room === undefined) throw new Error('there is no room');
      const knock = { type: 'm.room.member', sender: bob.userId, stateKey: bob.userId };
      await changeRoom(rooms, room, (chain) => chain.append({ ...knock, content: { membership: 'knock' } }));

      const context = {
        rooms,
        settings: new UserSettingsCache(rooms, accounts.pushRules),
      } as unknown as SyncContext;
      const shown = (await strippedRooms(context, { viewer: bob } as unknown as Frame, [room]))[roomId];
      const contents = new Map(shown?.events.map((event) => [event.type, event.content]));
      expect([...contents.keys()].sort()).to.deep.equal([
        'm.room.create',
        'm.room.join_rules',
        'm.room.member',
        'm.room.name',
        'm.room.topic',
      ]);
      expect(contents.get('m.room.name')).to.deep.equal({ name: 'Club' });
      expect(contents.get('m.room.member')).to.deep.equal({ membership: 'knock' });
    } finally {
      await close();
    }
  });
});
