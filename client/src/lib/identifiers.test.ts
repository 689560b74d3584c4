import { expect } from 'chai';
import { completeUserId, isSteward, isUserId, readLocalpart } from './identifiers.ts';

describe('identifiers', () => {
  it('reads the localpart of a user ID', () => {
    expect(readLocalpart('@ada:hall.example')).to.equal('ada');
    expect(readLocalpart('ada')).to.equal('ada');
  });

  it('knows the steward of any server, and nobody else', () => {
    expect(isSteward('@_guildhall:hall.example')).to.equal(true);
    expect(isSteward('@_guildhall_fan:hall.example')).to.equal(false);
    expect(isSteward('@ada:hall.example')).to.equal(false);
  });

  it('completes a bare name with our own server', () => {
    expect(completeUserId(' ben ', '@ada:hall.example:8448')).to.equal('@ben:hall.example:8448');
    expect(completeUserId('@ben', '@ada:hall')).to.equal('@ben:hall');
    expect(completeUserId('ben:other', '@ada:hall')).to.equal('@ben:other');
  });

  it('refuses what is not a user ID', () => {
    expect(isUserId('@ben:hall')).to.equal(true);
    expect(isUserId('@ben:hall:8448')).to.equal(true);
    expect(isUserId('ben:hall')).to.equal(false);
    expect(isUserId('@ben')).to.equal(false);
    expect(isUserId('@b en:hall')).to.equal(false);
  });
});
