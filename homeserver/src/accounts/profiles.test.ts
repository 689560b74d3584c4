import { expect } from 'chai';
import { accountsForTests, refusal, type TestAccounts } from '../../test-kit/accounts-for-tests.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { JobKind } from '../storage/index.ts';

describe('profiles', () => {
  let opened: TestStorage;
  let accounts: TestAccounts;
  before(async () => {
    opened = await openTestStorage();
    accounts = accountsForTests(opened.storage);
  });
  after(() => opened.close());

  it('set, show and take away fields, displayname and avatar among them', async () => {
    const user = await accounts.signUp('alice');
    const { profiles } = accounts;
    await profiles.setField(user, user.userId, 'displayname', 'Alice');
    await profiles.setField(user, user.userId, 'avatar_url', 'mxc://test/abc');
    await profiles.setField(user, user.userId, 'm.tz', 'Europe/Berlin');
    await profiles.setField(user, user.userId, 'org.example.deep', { list: [1, null] });
    expect(await profiles.show(user.userId)).to.deep.equal({
      displayname: 'Alice',
      avatar_url: 'mxc://test/abc',
      'm.tz': 'Europe/Berlin',
      'org.example.deep': { list: [1, null] },
    });
    await profiles.setField(user, user.userId, 'm.tz', undefined);
    await profiles.setField(user, user.userId, 'avatar_url', '');
    await profiles.setField(user, user.userId, 'displayname', null);
    expect(await profiles.show(user.userId)).to.have.all.keys('org.example.deep');
    const afresh = accountsForTests(opened.storage).profiles;
    expect(await afresh.show(user.userId)).to.deep.equal({ 'org.example.deep': { list: [1, null] } });
  });

  it('tell the rooms of a new name or avatar, and of nothing else', async () => {
    const user = await accounts.signUp('told');
    const { profiles } = accounts;
    const { jobs } = opened.storage;
    const job = () => jobs.byKey(JobKind.CarryProfile, user.userId);
    await profiles.setField(user, user.userId, 'm.tz', 'UTC');
    await profiles.setField(user, user.userId, 'displayname', 'told');
    expect(await job()).to.equal(undefined);
    await profiles.setField(user, user.userId, 'displayname', 'New');
    const first = await job();
    expect(first).to.include({ kind: JobKind.CarryProfile, attempts: 0 });
    await profiles.setField(user, user.userId, 'avatar_url', 'mxc://test/a');
    // Another one: if the first is running, it is not too late.
    expect((await job())?.id).to.not.equal(first?.id);
  });

  it('lose no field when many are set at once', async () => {
    const user = await accounts.signUp('busy');
    const fields = Array.from({ length: 10 }, (_, index) => `org.example.f${index}`);
    await Promise.all(fields.map((field) => accounts.profiles.setField(user, user.userId, field, field)));
    expect(await accounts.profiles.show(user.userId)).to.include.all.keys(fields);
  });

  it('belong to their users', async () => {
    const user = await accounts.signUp('owner');
    const { userId } = await accounts.signUp('victim');
    expect(await refusal(accounts.profiles.setField(user, userId, 'displayname', 'x'))).to.include({
      status: 403,
      errcode: 'M_FORBIDDEN',
    });
  });

  it('have limits', async () => {
    const user = await accounts.signUp('large');
    const set = async (field: string, value: string | number) =>
      (await refusal(accounts.profiles.setField(user, user.userId, field, value))).errcode;
    expect(await set('displayname', 'x'.repeat(257))).to.equal('M_INVALID_PARAM');
    expect(await set('displayname', 7)).to.equal('M_INVALID_PARAM');
    expect(await set('displayname', '\ud800')).to.equal('M_BAD_JSON');
    expect(await set('avatar_url', 'https://example.org/a.png')).to.equal('M_INVALID_PARAM');
    expect(await set('avatar_url', `mxc://test/${'x'.repeat(1_000)}`)).to.equal('M_INVALID_PARAM');
    expect(await set('x'.repeat(256), 1)).to.equal('M_KEY_TOO_LARGE');
    expect(await set('__proto__', 1)).to.equal('M_INVALID_PARAM');
    expect(await set('Upper', 1)).to.equal('M_INVALID_PARAM');
    expect(await set('org.example.float', 0.5)).to.equal('M_BAD_JSON');
    expect(await set('org.example.large', 'x'.repeat(65_536))).to.equal('M_PROFILE_TOO_LARGE');
    await accounts.profiles.setField(user, user.userId, 'org.example.large', 'x'.repeat(65_000));
    expect(await set('org.example.more', 'x'.repeat(600))).to.equal('M_PROFILE_TOO_LARGE');
  });

  it('say of whom and of what they know nothing', async () => {
    const { userId } = await accounts.signUp('plain');
    const { profiles } = accounts;
    expect(await refusal(profiles.show('@nobody:test'))).to.include({ status: 404, errcode: 'M_NOT_FOUND' });
    expect(await refusal(profiles.show('nobody'))).to.include({ status: 400 });
    for (const field of ['m.tz', 'constructor', '__proto__']) {
      expect(await refusal(profiles.showField(userId, field))).to.include({ errcode: 'M_NOT_FOUND' });
    }
    expect(await profiles.get('@nobody:test')).to.equal(undefined);
  });
});
