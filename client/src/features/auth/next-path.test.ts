import { expect } from 'chai';
import { readNextPath, withNextPath } from './next-path.ts';

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
