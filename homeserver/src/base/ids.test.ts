import { expect } from 'chai';
import { randomOpaqueId, randomToken } from './ids.ts';

describe('randomToken', () => {
  it('holds as many bytes as asked for', () => {
    expect(Buffer.from(randomToken(32), 'base64url')).to.have.length(32);
    expect(randomToken(32)).to.match(/^[A-Za-z0-9_-]{43}$/);
  });

  it('is different every time', () => {
    expect(new Set(Array.from({ length: 100 }, () => randomToken(16)))).to.have.property('size', 100);
  });
});

describe('randomOpaqueId', () => {
  it('has the length asked for and only characters of the alphabet', () => {
    expect(randomOpaqueId(24)).to.match(/^[A-Za-z0-9]{24}$/);
    expect(randomOpaqueId(500, 'ab')).to.match(/^[ab]{500}$/);
    expect(randomOpaqueId(0)).to.equal('');
  });

  it('draws every character about as often as the others', () => {
    const counts = new Map<string, number>();
    for (const character of randomOpaqueId(50_000, 'abcde')) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    // 10,000 expected each, with a standard deviation of 89.
    for (const count of counts.values()) expect(count).to.be.within(9_400, 10_600);
    expect(counts).to.have.property('size', 5);
  });
});
