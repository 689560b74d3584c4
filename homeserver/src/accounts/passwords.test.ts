import { expect } from 'chai';
import { rejection } from '../../test-kit/rejection.ts';
import { Passwords } from './passwords.ts';

const CHEAP = { memoryKiB: 1024, passes: 1 };

describe('passwords', () => {
  it('are hashed with argon2id, by default with 19 MiB and two passes', async () => {
    expect(await new Passwords().hash('correct horse')).to.match(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/);
  });

  it('are verified against their own hash only', async () => {
    const passwords = new Passwords(CHEAP);
    const hash = await passwords.hash('correct horse');
    expect(await passwords.verify(hash, 'correct horse')).to.equal(true);
    expect(await passwords.verify(hash, 'Correct horse')).to.equal(false);
    expect(await passwords.hash('correct horse')).not.to.equal(hash);
  });

  it('never belong to a user without a hash', async () => {
    expect(await new Passwords(CHEAP).verify(null, '')).to.equal(false);
  });

  it('are checked two at a time, and a flood is turned away', async () => {
    const passwords = new Passwords(CHEAP);
    const flood = Array.from({ length: 203 }, () => passwords.hash('correct horse'));
    const last = rejection(flood[202] as Promise<string>);
    const settled = await Promise.allSettled(flood);
    expect(settled.filter(({ status }) => status === 'rejected')).to.have.lengthOf(1);
    expect(await last).to.include({ status: 429 });
    expect(await passwords.hash('correct horse')).to.be.a('string');
  });
});
