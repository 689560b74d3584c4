import { expect } from 'chai';
import { fitImage } from './image-box.ts';

describe('fitImage', () => {
  it('keeps small images as they are', () => {
    expect(fitImage(200, 100)).to.deep.equal({ width: 200, height: 100 });
  });

  it('scales large images down and keeps their shape', () => {
    expect(fitImage(4800, 2400)).to.deep.equal({ width: 480, height: 240 });
    expect(fitImage(1000, 3400)).to.deep.equal({ width: 100, height: 340 });
  });

  it('has a place for an image whose size is not known or not true', () => {
    expect(fitImage(undefined, 100)).to.deep.equal({ width: 320, height: 240 });
    expect(fitImage(0, 0)).to.deep.equal({ width: 320, height: 240 });
    expect(fitImage(100_000, 1)).to.deep.equal({ width: 480, height: 48 });
  });
});
