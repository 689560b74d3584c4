import { expect } from 'chai';
import { isServerAllowed } from './server-acl.ts';

describe('isServerAllowed', () => {
  it('allows everybody where a room has no list, and nobody where it allows none', () => {
    expect(isServerAllowed(undefined, 'a.org')).to.equal(true);
    expect(isServerAllowed({}, 'a.org')).to.equal(false);
    expect(isServerAllowed({ allow: 'a.org' }, 'a.org')).to.equal(false);
  });

  it('denies what is denied, also where it is allowed', () => {
    const content = { allow: ['*'], deny: ['*.evil.org', 'bad?.org'] };
    expect(isServerAllowed(content, 'evil.org')).to.equal(true);
    expect(isServerAllowed(content, 'very.evil.org')).to.equal(false);
    expect(isServerAllowed(content, 'bad1.org')).to.equal(false);
    expect(isServerAllowed(content, 'bad12.org')).to.equal(true);
  });

  it('looks neither at the case nor at the port', () => {
    const content = { allow: ['*'], deny: ['Evil.org'] };
    expect(isServerAllowed(content, 'EVIL.ORG:8448')).to.equal(false);
    expect(isServerAllowed({ allow: ['a.org:8448'] }, 'a.org:8448')).to.equal(false);
  });

  it('denies addresses where only names are allowed', () => {
    const content = { allow: ['*'], allow_ip_literals: false };
    for (const server of ['1.2.3.4', '1.2.3.4:80', '[::1]', '[::1]:8448']) {
      expect(isServerAllowed(content, server), server).to.equal(false);
      expect(isServerAllowed({ allow: ['*'] }, server), server).to.equal(true);
    }
    expect(isServerAllowed(content, '1.2.3.example.org')).to.equal(true);
  });
});
