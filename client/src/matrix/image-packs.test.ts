import { expect } from 'chai';
import { readPack, readStickers } from './image-packs.ts';

describe('readPack', () => {
  it('reads the emoji of a pack, and leaves its stickers alone', () => {
    const images = {
      lamp: { url: 'mxc://hall/lamp' },
      boat: { url: 'mxc://hall/boat', usage: ['sticker'] },
      wave: { url: 'mxc://hall/wave', usage: ['emoticon', 'sticker'] },
    };
    expect(readPack({ images })).to.deep.equal([
      { shortcode: 'lamp', mxc: 'mxc://hall/lamp' },
      { shortcode: 'wave', mxc: 'mxc://hall/wave' },
    ]);
    expect(readPack({ images, pack: { usage: ['sticker'] } })).to.deep.equal([
      { shortcode: 'wave', mxc: 'mxc://hall/wave' },
    ]);
  });

  it('takes no other addresses, and no shortcode that could not be typed', () => {
    const images = {
      away: { url: 'https://tracker.example/x.png' },
      'two words': { url: 'mxc://hall/x' },
      none: 7,
    };
    expect(readPack({ images })).to.deep.equal([]);
    expect(readPack(undefined)).to.deep.equal([]);
  });
});

describe('readStickers', () => {
  it('reads the stickers of a pack with what they say and measure, and leaves its emoji alone', () => {
    const images = {
      lamp: { url: 'mxc://hall/lamp', usage: ['emoticon'] },
      boat: { url: 'mxc://hall/boat', body: 'A boat', info: { w: 100, h: 80 } },
      wave: { url: 'mxc://hall/wave', usage: ['emoticon', 'sticker'] },
    };
    expect(readStickers({ images })).to.deep.equal([
      { shortcode: 'boat', mxc: 'mxc://hall/boat', body: 'A boat', info: { w: 100, h: 80 } },
      { shortcode: 'wave', mxc: 'mxc://hall/wave', body: 'wave', info: {} },
    ]);
  });
});
