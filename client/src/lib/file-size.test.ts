import { expect } from 'chai';
import { formatFileSize } from './file-size.ts';

describe('formatFileSize', () => {
  it('picks the unit that people would', () => {
    expect(formatFileSize(12)).to.equal('12 bytes');
    expect(formatFileSize(3_440_000)).to.equal('3.4 MB');
    expect(formatFileSize(640_000)).to.equal('640 kB');
    expect(formatFileSize(2_000_000_000)).to.equal('2 GB');
  });
});
