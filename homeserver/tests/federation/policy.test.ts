import { expect } from 'chai';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';

describe('whom a server deals with', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let friend: FakeHomeserver;
  let stranger: FakeHomeserver;
  before(async () => {
    network = await TestNetwork.create();
    friend = await network.startFake('hs.friends.test');
    stranger = await network.startFake('stranger.test');
  });
  after(() => network.stop());

  const join = (server: FakeHomeserver): string => `/_matrix/client/v3/join/%23room%3A${server.name}`;
  /** The status that a server gets that asks for the list of public rooms. */
  const askedBy = async (server: TestServer, other: FakeHomeserver): Promise<number> =>
    (
      await other.request(
        { url: server.url, serverName: 'own.test' },
        'GET',
        '/_matrix/federation/v1/publicRooms',
      )
    ).status;

  for (const [what, configuration, talksToStrangers, talksToFriends] of [
    ['everybody', {}, true, true],
    ['those on the list, where there is one', { FEDERATION_ALLOW: '*.friends.test' }, false, true],
    ['all but those who are denied', { FEDERATION_DENY: 'stranger.test' }, false, true],
    ['nobody, without a federation', { FEDERATION: 'off' }, false, false],
  ] as const) {
    it(`is ${what}, in both directions`, async () => {
      const server = await network.startServer('own.test', configuration);
      const user = await server.register('alice');
      for (const [other, isDealtWith] of [
        [stranger, talksToStrangers],
        [friend, talksToFriends],
      ] as const) {
        const before = other.received.length;
        const { status } = await user.request('POST', join(other), {});
        expect(status).to.be.within(400, 502);
        expect(other.received.length > before, `${other.name} is asked`).to.equal(isDealtWith);
        expect((await askedBy(server, other)) === 403, `${other.name} is refused`).to.equal(!isDealtWith);
      }
    });
  }
});
