import { expect } from 'chai';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const PATH = '/_synapse/admin/v1/send_server_notice';

describe('server notices', function () {
  this.timeout(30_000);
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start({ SERVER_NAME: 'test', SERVER_NOTICES_USER: 'notices' });
    admin = await server.registerAdmin('admin');
  });
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
  });
  after(() => server.stop());

  const notice = (body: string): object => ({
    user_id: alice.userId,
    content: { msgtype: 'm.text', body },
  });
  const invite = async (): Promise<string> => {
    const { rooms } = await alice.sync();
    return Object.keys(rooms.invite)[0] ?? '';
  };

  it('reach a user in a room of their own, which has a tag and where only the server speaks', async () => {
    const { event_id: eventId } = await admin.ok('POST', PATH, notice('The server moves tonight.'));
    const roomId = await invite();
    await alice.join(roomId);
    const { content, sender } = await alice.ok('GET', `${roomPath(roomId)}/event/${String(eventId)}`);
    expect([content.body, sender]).to.deep.equal(['The server moves tonight.', '@notices:test']);
    const tags = `/_matrix/client/v3/user/${encodeURIComponent(alice.userId)}/rooms/${encodeURIComponent(roomId)}/tags`;
    expect((await alice.ok('GET', tags)).tags).to.deep.equal({ 'm.server_notice': {} });
    const answer = await alice.request('PUT', `${roomPath(roomId)}/send/m.room.message/t`, {
      msgtype: 'm.text',
      body: 'no!',
    });
    expect(answer.status).to.equal(403);
  });

  it('cannot be turned down, but the room can be left, and the next one makes another', async () => {
    await admin.ok('POST', PATH, notice('one'));
    const roomId = await invite();
    for (const attempt of [
      await alice.request('POST', `${roomPath(roomId)}/leave`),
      await alice.request(
        'PUT',
        `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(alice.userId)}`,
        { membership: 'leave' },
      ),
    ]) {
      expect([attempt.status, attempt.body.errcode]).to.deep.equal([
        403,
        'M_CANNOT_LEAVE_SERVER_NOTICE_ROOM',
      ]);
    }
    await admin.ok('POST', PATH, notice('two'));
    expect(await invite()).to.equal(roomId);
    await alice.join(roomId);
    await alice.ok('POST', `${roomPath(roomId)}/leave`);
    await admin.ok('POST', PATH, notice('three'));
    expect(await invite())
      .to.match(/^!/)
      .and.not.equal(roomId);
  });

  it('are sent once for each transaction', async () => {
    const first = await admin.ok('PUT', `${PATH}/txn-1`, notice('once'));
    expect(await admin.ok('PUT', `${PATH}/txn-1`, notice('once'))).to.deep.equal(first);
    const state = { ...notice(''), type: 'm.room.topic', state_key: '', content: { topic: 'News' } };
    expect((await admin.ok('PUT', `${PATH}/txn-2`, state)).event_id).to.match(/^\$/);
  });

  it('are for admins to send, to users who are here', async () => {
    expect((await alice.request('POST', PATH, notice('x'))).status).to.equal(403);
    expect((await server.request('POST', PATH, notice('x'))).status).to.equal(401);
    const refusal = async (body: object): Promise<string> => {
      const answer = await admin.request('POST', PATH, body);
      return `${answer.status} ${String(answer.body.errcode)}`;
    };
    expect(await refusal({ user_id: '@nobody:test', content: {} })).to.equal('404 M_NOT_FOUND');
    expect(await refusal({ user_id: '@a:elsewhere.example', content: {} })).to.equal('400 M_UNKNOWN');
    expect(await refusal({ user_id: alice.userId })).to.equal('400 M_MISSING_PARAM');
    expect(await refusal({ user_id: alice.userId, content: 'x' })).to.match(/^400/);
  });

  it('are off unless there is somebody to send them', async () => {
    const quiet = await TestServer.start({ SERVER_NAME: 'quiet' });
    try {
      const other = await quiet.registerAdmin('admin');
      const answer = await other.request('POST', PATH, { user_id: other.userId, content: {} });
      expect([answer.status, answer.body.errcode]).to.deep.equal([400, 'M_UNKNOWN']);
    } finally {
      await quiet.stop();
    }
  });
});
