import { expect } from 'chai';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const names = ['PORT', 'PUBLIC_URL', 'SERVER_NAME'];

  it('finds the name that takes the fewest edits', () => {
    expect(nearestName('PRT', names)).to.equal('PORT');
    expect(nearestName('SERVERNAME', names)).to.equal('SERVER_NAME');
    expect(nearestName('publicurl', names)).to.equal('PUBLIC_URL');
  });

  it('finds some name for everything, unless there are none', () => {
    expect(names).to.include(nearestName('zzzzzz', names));
    expect(nearestName('PORT', [])).to.equal(undefined);
  });
});
