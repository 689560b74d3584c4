import { expect } from 'chai';
import { type AccountClient, type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';

describe('devices', () => {
  let server: AccountsServer;
  let alice: AccountClient;
  let phone: AccountClient;
  before(async () => {
    server = await startAccountsServer();
    alice = await server.user('alice');
  });
  beforeEach(async () => {
    phone = await server.login('alice', { device_id: 'PHONE', initial_device_display_name: 'Phone' });
  });
  after(() => server.stop());

  const auth = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: 'alice' },
    password: 'password of alice',
  };

  it('are listed and shown', async () => {
    const { devices } = await alice.get('/v3/devices');
    expect(devices).to.deep.include({ device_id: 'PHONE', display_name: 'Phone' });
    expect(await alice.get('/v3/devices/PHONE')).to.deep.equal({
      device_id: 'PHONE',
      display_name: 'Phone',
    });
    expect(await alice.refusal('GET', '/v3/devices/NONE')).to.equal('404 M_NOT_FOUND');
  });

  it('show when and where they were seen', async () => {
    const before = Date.now();
    await phone.get('/v3/account/whoami');
    await server.restart();
    const seen = await alice.get('/v3/devices/PHONE');
    expect(seen.last_seen_ip).to.equal('127.0.0.1');
    expect(seen.last_seen_ts).to.be.within(before, Date.now());
  });

  it('are renamed', async () => {
    await alice.put('/v3/devices/PHONE', { display_name: 'Old phone' });
    await alice.put('/v3/devices/PHONE', {});
    expect(await alice.get('/v3/devices/PHONE')).to.include({ display_name: 'Old phone' });
    expect(await alice.refusal('PUT', '/v3/devices/NONE', { display_name: 'x' })).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('PUT', '/v3/devices/NONE', {})).to.equal('404 M_NOT_FOUND');
    expect(await alice.refusal('PUT', '/v3/devices/PHONE', { display_name: 7 })).to.equal('400 M_BAD_JSON');
    const long = { display_name: 'x'.repeat(101) };
    expect(await alice.refusal('PUT', '/v3/devices/PHONE', long)).to.equal('400 M_TOO_LARGE');
  });

  it('are deleted one by one, with the password', async () => {
    const asked = await alice.request('DELETE', '/v3/devices/PHONE');
    expect(asked.status).to.equal(401);
    expect(asked.body.flows).to.deep.equal([{ stages: ['m.login.password'] }]);
    const { session } = asked.body;
    const wrong = { auth: { ...auth, password: 'wrong', session } };
    expect(await alice.refusal('DELETE', '/v3/devices/PHONE', wrong)).to.equal('401 M_FORBIDDEN');
    await alice.ask('DELETE', '/v3/devices/PHONE', { auth: { ...auth, session } });
    expect(await phone.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    expect(await alice.refusal('GET', '/v3/devices/PHONE')).to.equal('404 M_NOT_FOUND');
  });

  it('are deleted many at once, and a session for some deletes no others', async () => {
    const tablet = await server.login('alice', { device_id: 'TABLET' });
    const asked = await alice.request('POST', '/v3/delete_devices', { devices: ['PHONE'] });
    const { session } = asked.body;
    const sly = await alice.request('POST', '/v3/delete_devices', {
      devices: ['PHONE', 'TABLET'],
      auth: { session },
    });
    expect(sly.status).to.equal(401);
    await alice.post('/v3/delete_devices', { devices: ['TABLET', 'PHONE', 'NONE'], auth });
    expect(await tablet.refusal('GET', '/v3/account/whoami')).to.equal('401 M_UNKNOWN_TOKEN');
    expect(await alice.refusal('POST', '/v3/delete_devices', { devices: 'all' })).to.equal('400 M_BAD_JSON');
    expect(await alice.refusal('POST', '/v3/delete_devices', {})).to.equal('400 M_MISSING_PARAM');
  });
});
