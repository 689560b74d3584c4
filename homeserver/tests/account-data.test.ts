import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';

describe('account data', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  let room: string;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
    room = encodeURIComponent(await alice.createRoom());
  });
  after(() => server.stop());

  const mine = '/v3/user/@alice:test';
  const inRoom = (path: string) => `${mine}/rooms/${room}/${path}`;

  it('is set and got, of the user and of the user in a room', async () => {
    const content = { '@bob:test': ['!x'], nested: { float: 1.5, none: null } };
    await alice.put(`${mine}/account_data/m.direct`, content);
    await alice.put(inRoom('account_data/org.example'), { a: 1 });
    expect(await alice.get(`${mine}/account_data/m.direct`)).to.deep.equal(content);
    expect(await alice.get(inRoom('account_data/org.example'))).to.deep.equal({ a: 1 });
    expect(await alice.refusal('GET', `${mine}/account_data/org.example`)).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('GET', inRoom('account_data/m.direct'))).to.equal('404 M_NOT_FOUND');
  });

  it('belongs to its user', async () => {
    const bob = await server.user('bob');
    const refused = '403 M_FORBIDDEN';
    for (const path of ['account_data/m.direct', `rooms/${room}/account_data/x`]) {
      expect(await bob.refusal('GET', `${mine}/${path}`)).to.equal(refused);
      expect(await bob.refusal('PUT', `${mine}/${path}`, {})).to.equal(refused);
    }
    expect(await bob.refusal('GET', inRoom('tags'))).to.equal(refused);
    expect(await bob.refusal('PUT', inRoom('tags/u.x'), {})).to.equal(refused);
    expect(await bob.refusal('DELETE', inRoom('tags/u.x'))).to.equal(refused);
    expect(await bob.refusal('POST', `${mine}/filter`, {})).to.equal(refused);
    expect(await bob.refusal('GET', `${mine}/filter/x`)).to.equal(refused);
  });

  it('is refused where the server writes it, where it is no object and where there is no room', async () => {
    const put = (path: string, body: unknown) => alice.refusal('PUT', path, body);
    expect(await put(`${mine}/account_data/m.push_rules`, {})).to.equal('405 M_BAD_JSON');
    expect(await put(inRoom('account_data/m.fully_read'), {})).to.equal('405 M_BAD_JSON');
    expect(await put(`${mine}/account_data/m.direct`, [])).to.equal('400 M_BAD_JSON');
    expect(await put(`${mine}/account_data/m.direct`, '{')).to.equal('400 M_NOT_JSON');
    expect(await put(`${mine}/account_data/${'x'.repeat(256)}`, {})).to.equal('400 M_INVALID_PARAM');
    expect(await put(`${mine}/rooms/!none:test/account_data/x`, {})).to.equal('404 M_NOT_FOUND');
    expect(await put(`${mine}/rooms/room/account_data/x`, {})).to.equal('400 M_INVALID_PARAM');
  });

  it('has the push rules without ever setting them', async () => {
    const { global } = await alice.get(`${mine}/account_data/m.push_rules`);
    expect(global).to.deep.equal(await alice.get('/v3/pushrules/global/'));
  });
});

describe('tags', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  let tags: string;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
    tags = `/v3/user/@alice:test/rooms/${encodeURIComponent(await alice.createRoom())}/tags`;
  });
  after(() => server.stop());

  it('are given to rooms and taken from them', async () => {
    expect(await alice.get(tags)).to.deep.equal({ tags: {} });
    await alice.put(`${tags}/m.favourite`, { order: 0.5 });
    await alice.put(`${tags}/${encodeURIComponent('u.Wörk / play')}`, {});
    expect(await alice.get(tags)).to.deep.equal({
      tags: { 'm.favourite': { order: 0.5 }, 'u.Wörk / play': {} },
    });
    await alice.ask('DELETE', `${tags}/m.favourite`);
    await alice.ask('DELETE', `${tags}/m.favourite`);
    expect(await alice.get(tags)).to.deep.equal({ tags: { 'u.Wörk / play': {} } });
  });

  it('have an order from 0 to 1', async () => {
    expect(await alice.refusal('PUT', `${tags}/u.x`, { order: 2 })).to.equal('400 M_INVALID_PARAM');
    expect(await alice.refusal('PUT', `${tags}/u.x`, { order: 'first' })).to.equal('400 M_BAD_JSON');
  });
});

describe('filters', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
  });
  after(() => server.stop());

  const path = '/v3/user/@alice:test/filter';

  it('are stored under the same ID each time', async () => {
    const filter = { room: { timeline: { limit: 3 } } };
    const { filter_id: id } = await alice.post(path, filter);
    expect(await alice.get(`${path}/${String(id)}`)).to.deep.equal(filter);
    expect(await alice.post(path, filter)).to.deep.equal({ filter_id: id });
  });

  it('are refused when they have the wrong form', async () => {
    expect(await alice.refusal('POST', path, [])).to.equal('400 M_BAD_JSON');
    expect(await alice.refusal('POST', path, { room: { timeline: { limit: 'x' } } })).to.equal(
      '400 M_BAD_JSON',
    );
    expect(await alice.refusal('POST', path, { presence: { senders: ['x'] } })).to.equal(
      '400 M_INVALID_PARAM',
    );
    expect(await alice.refusal('GET', `${path}/unknown`)).to.equal('404 M_NOT_FOUND');
  });
});

describe('push rules', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
  });
  after(() => server.stop());

  const rules = '/v3/pushrules/global';

  it('are read whole and one by one', async () => {
    const all = await alice.get('/v3/pushrules/');
    expect(all).to.have.all.keys('global');
    expect(all.global).to.have.all.keys('override', 'content', 'room', 'sender', 'underride');
    const master = `${rules}/override/.m.rule.master`;
    expect(await alice.get(master)).to.include({ rule_id: '.m.rule.master', default: true });
    expect(await alice.get(`${master}/enabled`)).to.deep.equal({ enabled: false });
    expect(await alice.get(`${master}/actions`)).to.deep.equal({ actions: [] });
  });

  it('are added in their place, changed and removed', async () => {
    const rule = (id: string) => `${rules}/content/${id}`;
    const body = (pattern: string) => ({ pattern, actions: ['notify'] });
    await alice.put(rule('one'), body('one'));
    await alice.put(rule('two'), body('two'));
    await alice.put(`${rule('three')}?after=two`, body('three'));
    const { content } = await alice.get(`${rules}/`);
    expect((content as { rule_id: string }[]).map((each) => each.rule_id)).to.deep.equal([
      'two',
      'three',
      'one',
    ]);
    await alice.put(`${rule('one')}/enabled`, { enabled: false });
    await alice.put(`${rule('one')}/actions`, { actions: [{ set_tweak: 'sound', value: 'bell' }] });
    expect(await alice.get(rule('one'))).to.deep.include({
      enabled: false,
      actions: [{ set_tweak: 'sound', value: 'bell' }],
    });
    await alice.ask('DELETE', rule('one'));
    expect(await alice.refusal('DELETE', rule('one'))).to.equal('404 M_NOT_FOUND');
  });

  it('are refused when they cannot be', async () => {
    const put = (path: string, body: unknown) => alice.refusal('PUT', `${rules}/${path}`, body);
    expect(await put('content/x', { actions: [] })).to.equal('400 M_MISSING_PARAM');
    expect(await put('content/x', { pattern: 'x' })).to.equal('400 M_MISSING_PARAM');
    expect(await put('room/.own', { actions: [] })).to.equal('400 M_INVALID_PARAM');
    expect(await put('nonsense/x', { actions: [] })).to.equal('400 M_INVALID_PARAM');
    expect(await put('content/x/enabled', { enabled: 'yes' })).to.equal('400 M_BAD_JSON');
    expect(await put('content/x/enabled', { enabled: true })).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('DELETE', `${rules}/override/.m.rule.master`)).to.equal('404 M_NOT_FOUND');
  });
});
