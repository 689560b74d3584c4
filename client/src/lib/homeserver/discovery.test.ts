import { expect } from 'chai';
import { readAddress } from './discovery.ts';

describe('readAddress', () => {
  it('takes the name of a server, its address, and the ID of somebody there', () => {
    for (const typed of ['hall.example', ' https://hall.example/ ', '@ada:hall.example', 'HALL.example'])
      expect(readAddress(typed)?.origin, typed).to.equal('https://hall.example');
    expect(readAddress('@ada:hall.example:8448')?.origin).to.equal('https://hall.example:8448');
    expect(readAddress('http://localhost:8008')?.origin).to.equal('http://localhost:8008');
  });

  it('takes nothing else for one', () => {
    for (const typed of ['', '@ada', 'what is this', 'ftp://hall.example', 'https://ada@hall.example'])
      expect(readAddress(typed), typed).to.equal(undefined);
  });
});
