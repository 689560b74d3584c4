import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { eventually } from '../test-kit/eventually.ts';

describe('profiles', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
  });
  after(() => server.stop());

  const own = (key: string) => `/v3/profile/@alice:test/${encodeURIComponent(key)}`;
  const show = async (path: string) => (await server.anonymous('GET', path)).body;

  it('begin with the user name and are seen by everybody', async () => {
    const bob = await server.user('bob');
    expect(await show(`/v3/profile/${bob.userId}`)).to.deep.equal({ displayname: 'bob' });
    expect(await show(`/v3/profile/${bob.userId}/displayname`)).to.deep.equal({ displayname: 'bob' });
  });

  it('have a name, an avatar and fields of any name, each set and taken away alone', async () => {
    await alice.put(own('displayname'), { displayname: 'Alice 🎈' });
    await alice.put(own('avatar_url'), { avatar_url: 'mxc://test/face' });
    await alice.put(own('m.tz'), { 'm.tz': 'Europe/Vienna' });
    await alice.put(own('org.example.pronouns'), { 'org.example.pronouns': null });
    expect(await show('/v3/profile/@alice:test')).to.deep.equal({
      displayname: 'Alice 🎈',
      avatar_url: 'mxc://test/face',
      'm.tz': 'Europe/Vienna',
      'org.example.pronouns': null,
    });
    expect(await show(own('m.tz'))).to.deep.equal({ 'm.tz': 'Europe/Vienna' });
    await alice.ask('DELETE', own('m.tz'));
    await alice.ask('DELETE', own('m.tz'));
    await alice.put(own('displayname'), { displayname: null });
    expect((await server.anonymous('GET', own('displayname'))).status).to.equal(404);
    await alice.put(own('displayname'), { displayname: 'again' });
    await alice.put(own('displayname'), { displayname: '' });
    expect(await show('/v3/profile/@alice:test')).to.have.all.keys('avatar_url', 'org.example.pronouns');
    expect((await server.anonymous('GET', own('m.tz'))).status).to.equal(404);
    for (const field of ['avatar_url', 'org.example.pronouns']) await alice.ask('DELETE', own(field));
    expect((await server.anonymous('GET', '/v3/profile/@alice:test')).status).to.equal(404);
  });

  it('are carried into the rooms of their users', async () => {
    const carol = await server.user('carol');
    const roomId = await carol.createRoom();
    await carol.put('/v3/profile/@carol:test/displayname', { displayname: 'Carol' });
    await carol.put('/v3/profile/@carol:test/avatar_url', { avatar_url: 'mxc://test/carol' });
    await eventually(async () => {
      const member = await carol.state(roomId, 'm.room.member', carol.userId);
      return member.displayname === 'Carol' && member.avatar_url === 'mxc://test/carol';
    });
  });

  it('are changed by their users only', async () => {
    await server.user('victim');
    const path = '/v3/profile/@victim:test/displayname';
    expect(await alice.refusal('PUT', path, { displayname: 'x' })).to.equal('403 M_FORBIDDEN');
    expect(await alice.refusal('DELETE', path)).to.equal('403 M_FORBIDDEN');
    const anonymous = await server.anonymous('PUT', path, { displayname: 'x' });
    expect(anonymous.status).to.equal(401);
  });

  it('of nobody are not found', async () => {
    const nobody = await server.anonymous('GET', '/v3/profile/@nobody:test');
    expect(nobody.status).to.equal(404);
    expect(nobody.body.errcode).to.equal('M_NOT_FOUND');
    expect((await server.anonymous('GET', '/v3/profile/nobody')).body.errcode).to.equal('M_INVALID_PARAM');
  });

  it('have limits, with the error codes of the specification', async () => {
    const refusal = (key: string, value: unknown) => alice.refusal('PUT', own(key), { [key]: value });
    const long = 'x'.repeat(256);
    expect(await refusal(long, 1)).to.equal('400 M_KEY_TOO_LARGE');
    expect(await refusal('org.example.big', 'x'.repeat(70_000))).to.equal('400 M_PROFILE_TOO_LARGE');
    expect(await refusal('displayname', 5)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('displayname', `${long}x`)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('avatar_url', 'http://example.org/')).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('Not.A.Key', 1)).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('org.example.half', 0.5)).to.equal('400 M_BAD_JSON');
    expect(await alice.refusal('PUT', own('m.tz'), { other: 1 })).to.equal('400 M_MISSING_PARAM');
  });
});
