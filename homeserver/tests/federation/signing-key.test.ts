import { expect } from 'chai';
import { runCommand } from '../../test-kit/run-command.ts';
import { roomPath } from '../../test-kit/test-user.ts';
import {
  joinVia,
  sharedRoom,
  startTwoServers,
  type TwoServers,
  untilSeen,
} from '../../test-kit/two-servers.ts';

describe('rotate-signing-key', function () {
  this.timeout(60_000);
  let servers: TwoServers;
  beforeEach(async () => {
    servers = await startTwoServers();
  });
  afterEach(() => servers.network.stop());

  const rotate = () => {
    const { here } = servers;
    return runCommand(['rotate-signing-key'], { SERVER_NAME: here.serverName, ...here.dataConfiguration });
  };
  const published = async () => (await servers.here.request('GET', '/_matrix/key/v2/server')).body;

  it('signs with a new key, and what the old one has signed still counts everywhere', async () => {
    const { network, here, there, alice, bob } = servers;
    const roomId = await sharedRoom(alice, bob);
    const before = await alice.say(roomId, 'before');
    await untilSeen(bob, roomId, before);
    const [oldKey = ''] = Object.keys((await published()).verify_keys);
    const began = Date.now();
    await here.restart(async () => {
      const { exitCode, output, errors } = await rotate();
      expect(exitCode, errors).to.equal(0);
      expect(output).to.contain(oldKey);
    });
    const { verify_keys: keys, old_verify_keys: oldKeys } = await published();
    expect(Object.keys(keys)).to.have.length(1).and.not.to.include(oldKey);
    expect(Object.keys(oldKeys)).to.deep.equal([oldKey]);
    expect(oldKeys[oldKey].expired_ts).to.be.at.least(began).and.at.most(Date.now());
    // Who knew the old one takes what the new one signs; at once if it has not asked for keys a moment ago.
    await there.restart();
    const after = await alice.say(roomId, 'after');
    await untilSeen(bob, roomId, after);
    // Who knows neither takes a room that the old one has signed.
    const carol = await (await network.startServer('third.test')).register('carol');
    await joinVia(carol, roomId, here.serverName);
    expect((await carol.ok('GET', `${roomPath(roomId)}/state/m.room.create`)).room_version).to.be.a('string');
    await untilSeen(carol, roomId, before);
  });

  it('is refused while the server runs', async () => {
    const keys = (await published()).verify_keys;
    const { exitCode, errors } = await rotate();
    expect(exitCode).to.equal(1);
    expect(errors).to.contain('Stop it first');
    await servers.here.restart();
    expect((await published()).verify_keys).to.deep.equal(keys);
  });
});
