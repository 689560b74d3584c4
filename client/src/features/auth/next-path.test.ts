import { expect } from 'chai';
import { isAddingAccount, readNextPath, withNextPath } from './next-path.ts';

describe('readNextPath', () => {
  it('returns to a path of this site', () => {
    expect(readNextPath('?next=%2Finvite%2Fabc')).to.equal('/invite/abc');
  });

  it('goes to the front door without one', () => {
    expect(readNextPath('')).to.equal('/');
  });

  it('never leads to another site', () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:steal()',
      'evil',
    ]) {
      expect(readNextPath(`?${new URLSearchParams({ next })}`), next).to.equal('/');
    }
  });

  it('reads what withNextPath wrote', () => {
    const page = withNextPath('/register', '/invite/a b&c');
    expect(readNextPath(page.slice(page.indexOf('?')))).to.equal('/invite/a b&c');
    expect(withNextPath('/login', '/')).to.equal('/login');
  });
});

describe('the door for another account', () => {
  it('is told apart, and where to return to with it', () => {
    const page = withNextPath('/login', '/invite/abc', true);
    const search = page.slice(page.indexOf('?'));
    expect(isAddingAccount(search)).to.equal(true);
    expect(readNextPath(search)).to.equal('/invite/abc');
    expect(isAddingAccount('?next=%2F')).to.equal(false);
  });
});
