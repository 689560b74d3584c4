import { expect } from 'chai';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import type { TestUser } from '../../homeserver/test-kit/test-user.ts';

describe('Guildhall and Synapse', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let guildhall: TestServer;
  let synapse: SynapseServer;
  let alice: TestUser;
  let sylvia: TestUser;
  before(async () => {
    network = await TestNetwork.create();
    [guildhall, synapse] = await Promise.all([network.startServer('localhost'), network.startSynapse()]);
    alice = await guildhall.register('alice');
    sylvia = await synapse.register('sylvia');
  });
  after(() => network.stop());

  it('believe the signatures of each other: Synapse asks', async () => {
    await alice.ok('PUT', `/_matrix/client/v3/profile/${alice.userId}/displayname`, { displayname: 'Alice' });
    const profile = await sylvia.ok('GET', `/_matrix/client/v3/profile/${encodeURIComponent(alice.userId)}`);
    expect(profile).to.deep.equal({ displayname: 'Alice' });
  });

  it('believe the signatures of each other: Guildhall asks', async () => {
    const { federation } = guildhall;
    const answer = await federation.client.request({
      destination: synapse.serverName,
      method: 'GET',
      path: `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(sylvia.userId)}`,
    });
    expect(answer).to.deep.equal({ displayname: 'sylvia' });
  });

  it('find the rooms that the other one has published', async () => {
    const name = 'A room of Guildhall';
    const roomId = await alice.createRoom({ visibility: 'public', preset: 'public_chat', name });
    const { chunk } = await sylvia.ok(
      'GET',
      `/_matrix/client/v3/publicRooms?server=${encodeURIComponent(guildhall.serverName)}`,
    );
    expect(chunk).to.have.length(1);
    expect(chunk[0]).to.include({ room_id: roomId, name });
  });

  it('tell each other who has an alias', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_alias_name: 'lobby' });
    const alias = encodeURIComponent(`#lobby:${guildhall.serverName}`);
    const found = await sylvia.ok('GET', `/_matrix/client/v3/directory/room/${alias}`);
    expect(found).to.deep.equal({ room_id: roomId, servers: [guildhall.serverName] });
  });
});
