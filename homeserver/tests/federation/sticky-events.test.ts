import { expect } from 'chai';
import { roomPath } from '../../test-kit/test-user.ts';
import {
  joinVia,
  startTwoServers,
  type TwoServers,
  untilMember,
  untilSynced,
} from '../../test-kit/two-servers.ts';

describe('what sticks in a room of several servers', () => {
  let servers: TwoServers;
  before(async () => {
    servers = await startTwoServers();
  });
  after(() => servers.network.stop());

  it('is told to a server that comes in later, without what was said around it', async () => {
    const { alice, bob } = servers;
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const send = async (type: string, txn: string, stickyMs: number): Promise<string> => {
      const query = `org.matrix.msc4354.sticky_duration_ms=${stickyMs}`;
      const path = `${roomPath(roomId)}/send/${type}/${txn}?${query}`;
      return (await alice.ok('PUT', path, { slot_id: txn })).event_id;
    };
    await alice.say(roomId, 'long before');
    const inCall = await send('m.test.in_call', 'a', 600_000);
    await send('m.test.over', 'b', 1);
    await alice.say(roomId, 'between');
    await joinVia(bob, roomId, 'here.test');
    await untilMember(alice, roomId, bob, 'join');

    const isTold = await untilSynced(bob, ({ rooms }) => {
      const joined = rooms?.join?.[roomId];
      const told = [...(joined?.timeline?.events ?? []), ...(joined?.msc4354_sticky?.events ?? [])];
      return told.find(({ event_id: id }: { event_id: string }) => id === inCall);
    });
    expect(isTold.content).to.deep.equal({ slot_id: 'a' });
    await alice.say(roomId, 'after');
    const { rooms } = await bob.sync();
    const { timeline, msc4354_sticky: sticky } = rooms.join[roomId];
    const shown = [...timeline.events, ...(sticky?.events ?? [])].map(
      ({ type, content }) => content.body ?? type,
    );
    expect(shown).not.to.include('long before');
    expect(shown).not.to.include('between');
    expect(shown).not.to.include('m.test.over');
  });
});
