import { expect } from 'chai';
import type { JsonObject } from '../../homeserver/src/protocol/canonical-json.ts';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { LargeRoom } from '../../homeserver/test-kit/large-room.ts';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { joinVia, untilSeen } from '../../homeserver/test-kit/two-servers.ts';

const SIZE = { members: 200, others: 50, stateEvents: 400, servers: 4 };

describe('a room of 200 members on a Synapse', function () {
  this.timeout(90_000);
  let network: TestNetwork;
  let guildhall: TestServer;
  let synapse: SynapseServer;
  let room: LargeRoom;
  let stopRoom: () => Promise<void>;
  let alice: TestUser;
  let sylvia: TestUser;

  before(async () => {
    network = await TestNetwork.create();
    [guildhall, synapse] = await Promise.all([network.startServer('localhost'), network.startSynapse()]);
    ({ room, stop: stopRoom } = await LargeRoom.create(network, SIZE));
    alice = await guildhall.register('alice');
    sylvia = await synapse.register('sylvia');
    await joinVia(sylvia, room.roomId, room.door);
  });

  after(async () => {
    await network.stop();
    await stopRoom();
  });

  async function stateOf(user: TestUser): Promise<string[]> {
    const events: JsonObject[] = await user.ok('GET', `${roomPath(room.roomId)}/state`);
    return events.map(({ event_id: eventId }) => String(eventId)).sort();
  }

  it('can be used when the answer to the join has come, and becomes what it is on Synapse', async () => {
    await joinVia(alice, room.roomId, synapse.serverName);
    const filter = JSON.stringify({ room: { state: { lazy_load_members: true } } });
    const { state, timeline } = (await alice.sync({ filter })).rooms.join[room.roomId];
    const name = [...state.events, ...timeline.events].find(({ type }) => type === 'm.room.name');
    expect(name.content).to.deep.equal({ name: room.name });
    expect(timeline.events).to.not.have.length(0);
    await untilSeen(sylvia, room.roomId, await alice.say(room.roomId, 'hello'));

    await eventually(async () => {
      const { status, body } = await alice.request('GET', `${roomPath(room.roomId)}/joined_members`);
      return status === 200 && Object.keys(body.joined).length === SIZE.members + 2;
    });
    const complete = await stateOf(alice);
    expect(complete).to.have.length(SIZE.stateEvents + 2);
    expect(complete).to.deep.equal(await stateOf(sylvia));
  });
});
