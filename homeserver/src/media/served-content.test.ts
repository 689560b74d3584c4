import { expect } from 'chai';
import { contentDisposition, contentHeaders } from './served-content.ts';

describe('contentDisposition', () => {
  for (const [name, expected] of [
    [null, 'inline'],
    ['', 'inline'],
    ['\u0000\r\n', 'inline'],
    ['cat.png', 'inline; filename="cat.png"'],
    ['my "best" c\\at.png', 'inline; filename="my \\"best\\" c\\\\at.png"'],
    ['a\r\nSet-Cookie: x', 'inline; filename="aSet-Cookie: x"'],
    ['käse (1).png', `inline; filename="k_se (1).png"; filename*=UTF-8''k%C3%A4se%20%281%29.png`],
    ['😀.png', `inline; filename="_.png"; filename*=UTF-8''%F0%9F%98%80.png`],
    ['100%41.txt', `inline; filename="100%41.txt"; filename*=UTF-8''100%2541.txt`],
    // A right-to-left override makes "exe.gpj" look like another kind of file.
    ['a\u202egpj.exe', 'inline; filename="agpj.exe"'],
  ] as const) {
    it(`writes ${JSON.stringify(name)}`, () => {
      expect(contentDisposition('inline', name)).to.equal(expected);
    });
  }
});

describe('contentHeaders', () => {
  it('keeps what could run from running', () => {
    const headers = contentHeaders({ contentType: 'text/html', fileName: 'x.html', sha256: 'ab' });
    expect(headers).to.deep.equal({
      'Content-Type': 'text/html',
      'Content-Disposition': 'attachment; filename="x.html"',
      'Content-Security-Policy':
        "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';",
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, max-age=31536000, immutable',
      ETag: '"ab"',
    });
  });

  it('lets an image be shown in place', () => {
    const headers = contentHeaders({ contentType: 'image/webp', fileName: null, sha256: 'ab' });
    expect(headers['Content-Disposition']).to.equal('inline');
  });
});
