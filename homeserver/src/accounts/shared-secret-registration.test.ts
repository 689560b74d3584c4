import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import {
  accountsForTests,
  passwordAuth,
  refusal,
  type TestAccounts,
} from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import type { SharedSecretRequest } from './shared-secret-registration.ts';

const SECRET = 'shared secret';

function signed(request: Omit<SharedSecretRequest, 'mac'>, secret = SECRET): SharedSecretRequest {
  const { nonce, username, password, admin = false, userType } = request;
  const mac = createHmac('sha1', secret).update(
    `${nonce}\0${username}\0${password}\0${admin ? 'admin' : 'notadmin'}`,
  );
  if (userType !== undefined) mac.update(`\0${userType}`);
  return { ...request, mac: mac.digest('hex') };
}

describe('shared-secret registration', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage, {
      registration: 'closed',
      registrationSharedSecret: SECRET,
    });
  });
  after(() => opened.close());

  const register = (request: SharedSecretRequest) => accounts.sharedSecretRegistration.register(request);
  const nonce = () => accounts.sharedSecretRegistration.createNonce();

  it('makes users and admins, short passwords included, although registration is closed', async () => {
    const user = await register(signed({ nonce: nonce(), username: 'user', password: 'pw' }));
    expect(user.session).to.include({ userId: '@user:test' });
    expect((await accounts.login.login(passwordAuth('user', 'pw'), {})).userId).to.equal('@user:test');
    expect(await accounts.users.isAdmin('@user:test')).to.equal(false);
    const admin = { nonce: nonce(), username: 'admin', password: 'pw', admin: true, displayName: 'The Boss' };
    await register(signed(admin));
    expect(await accounts.users.isAdmin('@admin:test')).to.equal(true);
    expect(await accounts.profiles.get('@admin:test')).to.deep.equal({ displayname: 'The Boss' });
  });

  it('signs the type of the user too', async () => {
    const bot = signed({ nonce: nonce(), username: 'bot', password: 'pw', userType: 'bot' });
    await register({ ...bot, inhibitLogin: true });
    const { userType: _left, ...without } = signed({
      nonce: nonce(),
      username: 'bot2',
      password: 'pw',
      userType: 'bot',
    });
    expect((await refusal(register(without))).status).to.equal(403);
    const odd = signed({ nonce: nonce(), username: 'odd', password: 'pw', userType: 'king' });
    expect((await refusal(register(odd))).errcode).to.equal('M_INVALID_PARAM');
  });

  it('refuses wrong signatures of every kind', async () => {
    const request = { username: 'mallory', password: 'pw' };
    const good = signed({ ...request, nonce: nonce() });
    for (const mac of ['', 'zz', good.mac.slice(2), `${good.mac}00`, signed(good, 'guess').mac]) {
      const refused = await refusal(register({ ...request, nonce: nonce(), mac }));
      expect(refused).to.include({ status: 403, errcode: 'M_FORBIDDEN' });
    }
    const raised = { ...signed({ ...request, nonce: nonce() }), admin: true };
    expect((await refusal(register(raised))).status).to.equal(403);
    expect(await accounts.users.exists('@mallory:test')).to.equal(false);
  });

  it('takes each nonce once, within a minute, also for a failed attempt', async () => {
    const used = nonce();
    await refusal(register({ nonce: used, username: 'x', password: 'pw', mac: '' }));
    const request = { username: 'late', password: 'pw' };
    expect((await refusal(register(signed({ ...request, nonce: used })))).errcode).to.equal('M_UNKNOWN');
    const old = nonce();
    await accounts.clock.advance(60_000);
    expect((await refusal(register(signed({ ...request, nonce: old })))).errcode).to.equal('M_UNKNOWN');
    expect((await refusal(register(signed({ ...request, nonce: 'mine' })))).errcode).to.equal('M_UNKNOWN');
  });

  it('takes a nonce that another process gave out, and one once whichever process it goes to', async () => {
    const other = accountsForTests(opened.storage, { registrationSharedSecret: SECRET });
    await other.clock.advance(accounts.clock.now() - other.clock.now());
    const request = (username: string) => signed({ nonce: shared, username, password: 'pw' });
    const shared = other.sharedSecretRegistration.createNonce();
    await register(request('roamer'));
    expect((await refusal(other.sharedSecretRegistration.register(request('again')))).errcode).to.equal(
      'M_UNKNOWN',
    );
    await other.close();
  });

  it('refuses names that are taken or reserved, and NUL, which could move the parts of what is signed', async () => {
    const errcode = async (username: string) =>
      (await refusal(register(signed({ nonce: nonce(), username, password: 'pw' })))).errcode;
    await register(signed({ nonce: nonce(), username: 'taken', password: 'pw' }));
    expect(await errcode('taken')).to.equal('M_USER_IN_USE');
    expect(await errcode('_guildhall')).to.equal('M_EXCLUSIVE');
    expect(await errcode('a\0b')).to.equal('M_INVALID_PARAM');
  });

  it('is off without a secret', async () => {
    const { sharedSecretRegistration } = accountsForTests(opened.storage);
    expect(() => sharedSecretRegistration.createNonce()).to.throw('not enabled');
    const request = signed({ nonce: 'x', username: 'x', password: 'pw' });
    expect(await refusal(sharedSecretRegistration.register(request))).to.include({ status: 400 });
  });
});
