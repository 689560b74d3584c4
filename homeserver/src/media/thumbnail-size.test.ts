import { expect } from 'chai';
import fc from 'fast-check';
import { chooseThumbnailSize, THUMBNAIL_METHODS, thumbnailDimensions } from './thumbnail-size.ts';

describe('chooseThumbnailSize', () => {
  for (const [width, height, method, expected] of [
    [1, 1, 'scale', '32x32'],
    [32, 33, 'scale', '96x96'],
    [97, 20, 'scale', '320x240'],
    [320, 241, 'scale', '640x480'],
    [641, 1, 'crop', '800x600'],
    [5_000, 5_000, 'scale', '800x600'],
    [40, 40, 'crop', '96x96'],
    [128, 128, 'crop', '320x320'],
    [5_000, 5_000, 'crop', '800x800'],
  ] as const) {
    it(`makes ${expected} for ${method} ${width}x${height}`, () => {
      const size = chooseThumbnailSize({ width, height, method });
      expect(`${size.width}x${size.height}`).to.equal(expected);
      expect(size.method).to.equal(method);
    });
  }
});

describe('thumbnailDimensions', () => {
  const dimensions = (image: [number, number], size: [number, number], method: 'crop' | 'scale'): string => {
    const [width, height] = image;
    const made = thumbnailDimensions({ width, height }, { width: size[0], height: size[1], method });
    return `${made.width}x${made.height}`;
  };

  it('keeps the whole image when it scales', () => {
    expect(dimensions([4_000, 3_000], [800, 600], 'scale')).to.equal('800x600');
    expect(dimensions([4_000, 1_000], [800, 600], 'scale')).to.equal('800x200');
    expect(dimensions([10_000, 1], [32, 32], 'scale')).to.equal('32x1');
  });

  it('has the proportions of the size when it crops', () => {
    expect(dimensions([4_000, 1_000], [96, 96], 'crop')).to.equal('96x96');
    expect(dimensions([50, 200], [96, 96], 'crop')).to.equal('50x50');
    expect(dimensions([100, 400], [320, 240], 'crop')).to.equal('100x75');
  });

  it('never is larger than the image or the size, nor empty', () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.constantFrom(...THUMBNAIL_METHODS),
        (width, height, w, h, method) => {
          const size = chooseThumbnailSize({ width: w, height: h, method });
          const made = thumbnailDimensions({ width, height }, size);
          expect(made.width).to.be.within(1, Math.min(width, size.width));
          expect(made.height).to.be.within(1, Math.min(height, size.height));
        },
      ),
    );
  });
});
