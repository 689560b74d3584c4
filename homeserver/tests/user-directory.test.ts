import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { eventually } from '../test-kit/eventually.ts';

describe('the user directory', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const search = (user: AccountClient, term: string, limit?: number) =>
    user.post('/v3/user_directory/search', { search_term: term, ...(limit !== undefined && { limit }) });
  const found = async (user: AccountClient, term: string) =>
    ((await search(user, term)).results as { user_id: string }[]).map(({ user_id: id }) => id);
  const named = async (name: string, displayName: string) => {
    const user = await server.user(name);
    await user.put(`/v3/profile/${user.userId}/displayname`, { displayname: displayName });
    return user;
  };

  it('finds people of common rooms by the words of their names, without accents and in any case', async () => {
    const seeker = await server.user('seeker');
    const zoe = await named('zoe', 'Zoë Straßer');
    const room = await seeker.createRoom();
    await seeker.invite(room, zoe);
    expect(await found(seeker, 'zoe'), 'invited is not in the room').to.deep.equal([]);
    await zoe.join(room);
    for (const term of ['zoe', 'ZOË', 'zo', 'strasser', 'stra zo', '@zoe', '@zoe:test']) {
      expect(await found(seeker, term), term).to.deep.equal([zoe.userId]);
    }
    for (const term of ['oe', 'zoe miller', 'test', '%', '_', '🎈', '']) {
      expect(await found(seeker, term), term).to.deep.equal([]);
    }
    await zoe.put(`/v3/profile/${zoe.userId}/avatar_url`, { avatar_url: 'mxc://test/zoe' });
    expect(await search(seeker, 'zoe')).to.deep.equal({
      results: [{ user_id: zoe.userId, display_name: 'Zoë Straßer', avatar_url: 'mxc://test/zoe' }],
      limited: false,
    });
    await zoe.put(`/v3/profile/${zoe.userId}/displayname`, { displayname: 'Renamed' });
    expect(await found(seeker, 'strasser')).to.deep.equal([]);
    expect(await found(seeker, 'renamed')).to.deep.equal([zoe.userId]);
  });

  it('finds nobody else, but for people of rooms that are open to all', async () => {
    const seeker = await server.user('curious');
    const hidden = await named('hidden', 'Quentin');
    const room = await hidden.createRoom({ preset: 'private_chat' });
    expect(await found(seeker, 'quentin')).to.deep.equal([]);
    await hidden.setState(room, 'm.room.join_rules', { join_rule: 'public' });
    await eventually(async () => (await found(seeker, 'quentin')).length === 1);
    await hidden.setState(room, 'm.room.join_rules', { join_rule: 'invite' });
    await eventually(async () => (await found(seeker, 'quentin')).length === 0);
    await hidden.setState(room, 'm.room.history_visibility', { history_visibility: 'world_readable' });
    await eventually(async () => (await found(seeker, 'quentin')).length === 1);
    await hidden.post(`/v3/rooms/${encodeURIComponent(room)}/leave`);
    expect(await found(seeker, 'quentin')).to.deep.equal([]);
  });

  it('gives exact names and people of common rooms first, as many as were asked for', async () => {
    const seeker = await server.user('orderly');
    const users = [await named('o1', 'Orville'), await named('o2', 'Orvi'), await named('o3', 'Orvillette')];
    const hall = await users[2]?.createRoom({ preset: 'public_chat' });
    for (const user of users) await user.join(hall ?? '');
    const room = await seeker.createRoom({ preset: 'public_chat' });
    await users[2]?.join(room);
    await eventually(async () => (await found(seeker, 'orvi')).length === 3);
    const [exact, shared, other] = [users[1]?.userId, users[2]?.userId, users[0]?.userId];
    expect(await found(seeker, 'orvi')).to.deep.equal([exact, shared, other]);
    const { results, limited } = await search(seeker, 'orvi', 2);
    expect(results).to.have.lengthOf(2);
    expect(limited).to.equal(true);
    expect(await search(seeker, 'orvi', 0)).to.deep.equal({ results: [], limited: false });
  });

  it('forgets whoever leaves for good', async () => {
    const seeker = await server.user('stays');
    const leaver = await named('leaver', 'Gonzalo');
    const room = await seeker.createRoom({ preset: 'public_chat' });
    await leaver.join(room);
    expect(await found(seeker, 'gonzalo')).to.deep.equal([leaver.userId]);
    await leaver.post('/v3/account/deactivate', {
      auth: { type: 'm.login.password', user: 'leaver', password: 'password of leaver' },
    });
    expect(await found(seeker, 'gonzalo')).to.deep.equal([]);
  });

  it('refuses strangers and what has the wrong form', async () => {
    const path = '/v3/user_directory/search';
    expect((await server.anonymous('POST', path, { search_term: 'x' })).status).to.equal(401);
    const user = await server.user('former');
    expect(await user.refusal('POST', path, {})).to.equal('400 M_MISSING_PARAM');
    expect(await user.refusal('POST', path, { search_term: 7 })).to.equal('400 M_BAD_JSON');
    expect(await user.refusal('POST', path, { search_term: 'x', limit: 'many' })).to.equal('400 M_BAD_JSON');
    expect(await search(user, '\ud83c\udf88 \u0301', -5)).to.deep.equal({ results: [], limited: false });
  });
});

describe('mutual rooms', () => {
  let server: AccountsServer;
  before(async () => {
    server = await startAccountsServer();
  });
  after(() => server.stop());

  const of = (userId: string, more = '') => `/v1/mutual_rooms?user_id=${encodeURIComponent(userId)}${more}`;

  it('are those that both are joined to', async () => {
    const alice = await server.user('alice');
    const bob = await server.user('bob');
    expect(await alice.get(of(bob.userId))).to.deep.equal({ joined: [], count: 0 });
    const shared = await alice.createRoom({ preset: 'public_chat' });
    await bob.join(shared);
    await alice.createRoom();
    await bob.createRoom();
    const invited = await alice.createRoom();
    await alice.invite(invited, bob);
    for (const user of [alice, bob]) {
      const other = user === alice ? bob : alice;
      expect(await user.get(of(other.userId))).to.deep.equal({ joined: [shared], count: 1 });
    }
    const old = `/unstable/uk.half-shot.msc2666/user/mutual_rooms?user_id=${bob.userId}`;
    expect(await alice.get(old)).to.deep.equal({ joined: [shared], count: 1 });
    expect(await alice.get(of('@nobody:elsewhere'))).to.deep.equal({ joined: [], count: 0 });
    expect(await alice.get(of(bob.userId, '&from=999999'))).to.deep.equal({ joined: [], count: 1 });
  });

  it('refuse strangers, oneself and what has the wrong form', async () => {
    const carol = await server.user('carol');
    expect((await server.anonymous('GET', of(carol.userId))).status).to.equal(401);
    expect(await carol.refusal('GET', of(carol.userId))).to.equal('400 M_INVALID_PARAM');
    expect(await carol.refusal('GET', of('carol'))).to.equal('400 M_INVALID_PARAM');
    expect(await carol.refusal('GET', '/v1/mutual_rooms')).to.equal('400 M_MISSING_PARAM');
    expect(await carol.refusal('GET', of('@alice:test', '&from=x'))).to.equal('400 M_INVALID_PARAM');
  });
});
