import { expect } from 'chai';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { roomPath } from '../../test-kit/test-user.ts';
import { startTwoServers, type TwoServers } from '../../test-kit/two-servers.ts';

describe('history that was fetched from another server', () => {
  let servers: TwoServers;
  before(async () => {
    servers = await startTwoServers();
  });
  after(() => servers.network.stop());

  it('is told to third servers, by what followed it and by its time', async () => {
    const { alice, bob, network, there } = servers;
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const said = await alice.say(roomId, 'long ago');
    const { origin_server_ts: ts } = await alice.ok(
      'GET',
      `${roomPath(roomId)}/event/${encodeURIComponent(said)}`,
    );
    await bob.ok('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}?via=here.test`, {});
    const { chunk } = await bob.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`);
    expect(chunk.map(({ event_id: id }: { event_id: string }) => id)).to.include(said);

    const third = await network.startFake();
    const peer = new RemotePeer(third, { url: there.url, serverName: 'there.test' });
    const { eventId } = await peer.join(roomId, `@remy:${third.name}`);
    const path = `/_matrix/federation/v1/timestamp_to_event/${encodeURIComponent(roomId)}?ts=${ts}&dir=b`;
    expect((await peer.request('GET', path)).body).to.deep.equal({ event_id: said, origin_server_ts: ts });
    const from = `v=${encodeURIComponent(eventId)}&limit=100`;
    const { body } = await peer.request(
      'GET',
      `/_matrix/federation/v1/backfill/${encodeURIComponent(roomId)}?${from}`,
    );
    const told = body.pdus.map(({ content }: { content: { body?: string } }) => content.body);
    expect(told).to.include('long ago');
  });
});
