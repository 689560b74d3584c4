import { expect } from 'chai';
import fc from 'fast-check';
import { rejection } from '../../../test-kit/rejection.ts';
import { MultipartError, readParts } from './multipart.ts';

/** Bytes in pieces of a size. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let first = 0; first < bytes.length; first += size) yield bytes.subarray(first, first + size);
}

async function read(contentType: string, body: Buffer, size = 7) {
  const parts: { headers: Record<string, string>; content: string }[] = [];
  for await (const { headers, body: content } of readParts(contentType, inPieces(body, size))) {
    const bytes = Buffer.concat(await Array.fromAsync(content));
    parts.push({ headers: Object.fromEntries(headers), content: bytes.toString('latin1') });
  }
  return parts;
}

function answer(content: string | Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(
      '--gap\r\nContent-Type: application/json\r\n\r\n{}\r\n--gap\r\nContent-Type: text/plain\r\n\r\n',
    ),
    Buffer.from(content),
    Buffer.from('\r\n--gap--\r\n'),
  ]);
}

describe('the parts of an answer', () => {
  it('have their headers and their content', async () => {
    expect(await read('multipart/mixed; boundary=gap', answer('hello'))).to.deep.equal([
      { headers: { 'content-type': 'application/json' }, content: '{}' },
      { headers: { 'content-type': 'text/plain' }, content: 'hello' },
    ]);
  });

  it('may be divided by a boundary in quotes', async () => {
    expect(await read('multipart/mixed; charset=utf-8; boundary="gap"', answer('hello'))).to.have.length(2);
  });

  it('are whole, in whichever pieces they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, size) => {
          const content = Buffer.from(bytes);
          const parts = await read('multipart/mixed; boundary=gap', answer(content), size);
          expect(parts[1]?.content).to.equal(content.toString('latin1'));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('may be skipped', async () => {
    let types = '';
    for await (const { headers } of readParts(
      'multipart/mixed; boundary=gap',
      inPieces(answer('hello'), 3),
    )) {
      types += ` ${headers.get('content-type')}`;
    }
    expect(types).to.equal(' application/json text/plain');
  });

  for (const [what, contentType, body] of [
    ['an answer of another type', 'text/html', answer('hello')],
    ['an answer without a boundary', 'multipart/mixed', answer('hello')],
    ['an answer that ends too early', 'multipart/mixed; boundary=gap', answer('hello').subarray(0, 60)],
    [
      'headers without an end',
      'multipart/mixed; boundary=gap',
      Buffer.from(`--gap\r\nA: ${'a'.repeat(20_000)}`),
    ],
  ] as const) {
    it(`are not found in ${what}`, async () => {
      expect(await rejection(read(contentType, body, 1_000))).to.be.instanceOf(MultipartError);
    });
  }
});
