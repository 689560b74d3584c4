import { expect } from 'chai';
import { type ChatClient, roomPath } from '../test-kit/chat-client.ts';
import { type ChatServer, startChatServer } from '../test-kit/chat-server.ts';

describe('reporting', () => {
  let server: ChatServer;
  let alice: ChatClient;
  let bob: ChatClient;
  let roomId: string;
  before(async () => {
    server = await startChatServer();
    [alice, bob] = [await server.user('alice'), await server.user('bob')];
    roomId = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(roomId);
  });
  after(() => server.stop());

  const reason = { reason: 'spam' };
  const userPath = (userId: string) => `/v3/users/${encodeURIComponent(userId)}/report`;

  it('takes reports of events, rooms and users', async () => {
    const eventId = await alice.say(roomId, 'buy this');
    expect(await bob.post(roomPath(roomId, 'report', eventId), reason)).to.deep.equal({});
    expect(await bob.post(roomPath(roomId, 'report', eventId), {})).to.deep.equal({});
    expect(await bob.post(roomPath(roomId, 'report'), reason)).to.deep.equal({});
    expect(await bob.post(userPath(alice.userId), reason)).to.deep.equal({});
  });

  it('tells nobody whether there is a user', async () => {
    expect(await bob.post(userPath('@nobody:test'), reason)).to.deep.equal({});
    expect(await bob.post(userPath('@somebody:elsewhere.example'), reason)).to.deep.equal({});
  });

  it('refuses what is not there, oneself, and endless reasons', async () => {
    const stranger = await server.user('stranger');
    const eventId = await alice.say(roomId, 'hello');
    expect(await stranger.refusal('POST', roomPath(roomId, 'report', eventId), {})).to.equal(
      '404 M_NOT_FOUND',
    );
    expect(await bob.refusal('POST', roomPath(roomId, 'report', '$none'), {})).to.equal('404 M_NOT_FOUND');
    expect(await bob.refusal('POST', roomPath('!none:test', 'report'), reason)).to.equal('404 M_NOT_FOUND');
    expect(await bob.refusal('POST', userPath(bob.userId), reason)).to.equal('403 M_FORBIDDEN');
    expect(await bob.refusal('POST', userPath('nobody'), reason)).to.equal('404 M_NOT_FOUND');
    const endless = { reason: 'x'.repeat(1001) };
    expect(await bob.refusal('POST', roomPath(roomId, 'report'), endless)).to.equal('413 M_TOO_LARGE');
    expect(await bob.refusal('POST', roomPath(roomId, 'report'), {})).to.equal('400 M_MISSING_PARAM');
    expect((await server.anonymous('POST', userPath(alice.userId), reason)).status).to.equal(401);
  });
});
