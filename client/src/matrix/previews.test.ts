import { expect } from 'chai';
import { readPreview } from './previews.ts';

describe('readPreview', () => {
  it('reads what a page says of itself', () => {
    expect(
      readPreview({
        'og:title': 'Maps',
        'og:description': 'Old ones',
        'og:image': 'mxc://hall/map',
        'og:image:width': 640,
        'og:image:height': 480,
      }),
    ).to.deep.equal({
      title: 'Maps',
      text: 'Old ones',
      site: undefined,
      image: { mxc: 'mxc://hall/map', width: 640, height: 480 },
    });
  });

  it('takes a page without a title for none, and an image that is not in the media repository for none', () => {
    expect(readPreview({ 'og:description': 'nothing else' })).to.equal(undefined);
    expect(readPreview('broken')).to.equal(undefined);
    const preview = readPreview({ 'og:title': 'Maps', 'og:image': 'https://tracker.example/x.png' });
    expect(preview?.image).to.equal(undefined);
  });
});
