import { expect } from 'chai';
import { createServerPolicy, type PolicySettings } from './server-policy.ts';

describe('the policy of a server', () => {
  const isAllowed = (server: string, settings: Partial<PolicySettings>): boolean =>
    createServerPolicy('hs.test', { isOn: true, allow: [], deny: [], ...settings }).isAllowed(server);

  it('lets everybody in unless it is told otherwise', () => {
    expect(isAllowed('other.test', {})).to.equal(true);
  });

  it('is closed with an allow list, but for the server itself', () => {
    const allow = ['*.friends.test', 'one.test:8448'];
    expect(isAllowed('a.friends.test', { allow })).to.equal(true);
    expect(isAllowed('A.Friends.test:8448', { allow })).to.equal(true);
    expect(isAllowed('one.test:8448', { allow })).to.equal(true);
    expect(isAllowed('one.test', { allow })).to.equal(false);
    expect(isAllowed('a.friends.test.evil.test', { allow })).to.equal(false);
    expect(isAllowed('hs.test', { allow })).to.equal(true);
  });

  it('denies rather than allows', () => {
    const lists = { allow: ['*'], deny: ['*.evil.test', 'evil.test'] };
    expect(isAllowed('evil.test:443', lists)).to.equal(false);
    expect(isAllowed('a.evil.test', lists)).to.equal(false);
    expect(isAllowed('notevil.test', lists)).to.equal(true);
  });

  it('denies everybody where there is no federation', () => {
    expect(isAllowed('other.test', { isOn: false })).to.equal(false);
    expect(isAllowed('hs.test', { isOn: false })).to.equal(true);
  });
});
