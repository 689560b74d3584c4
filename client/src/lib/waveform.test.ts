import { expect } from 'chai';
import { resample } from './waveform.ts';

describe('resample', () => {
  it('keeps the peaks when bars become fewer', () => {
    expect(resample([0, 0.2, 0.9, 0.1, 0.3, 0], 3)).to.deep.equal([0.2, 0.9, 0.3]);
  });

  it('repeats bars when they become more, and makes none of nothing', () => {
    expect(resample([0.5, 1], 4)).to.deep.equal([0.5, 0.5, 1, 1]);
    expect(resample([], 4)).to.deep.equal([]);
  });
});
