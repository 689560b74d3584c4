import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from './canonical-json.ts';
import { parseJson } from './json-numbers.ts';
import { generateSigningKey, signBytes, verifyBytes } from './signing.ts';
import { formatXMatrix, parseXMatrix, requestSigningBytes, type XMatrix } from './x-matrix.ts';

const EXAMPLE: XMatrix = {
  origin: 'origin.hs.example.com',
  destination: 'destination.hs.example.com',
  keyId: 'ed25519:key1',
  signature: 'ABCDEF/+a',
};

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const serverName = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.option(fc.integer({ min: 1, max: 65_535 })))
  .map(([labels, port]) => labels.join('.') + (port === null ? '' : `:${port}`));
const credentials: fc.Arbitrary<XMatrix> = fc.record({
  origin: serverName,
  destination: fc.option(serverName, { nil: undefined }),
  keyId: fc.stringMatching(/^ed25519:[a-zA-Z0-9_]{1,12}$/),
  signature: fc.stringMatching(/^[A-Za-z0-9+/]{86}$/),
});

describe('the header of signed requests between servers', () => {
  it('is what the specification shows', () => {
    expect(formatXMatrix(EXAMPLE)).to.equal(
      'X-Matrix origin="origin.hs.example.com",destination="destination.hs.example.com",key="ed25519:key1",sig="ABCDEF/+a"',
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(credentials, (given) => {
        expect(parseXMatrix(formatXMatrix(given))).to.eql(given);
      }),
    );
  });

  it('is read in any order, any case, with or without quotes, spaces and what is unknown', () => {
    const spelling = fc.record({
      name: fc.constantFrom(
        (name: string) => name,
        (name: string) => name.toUpperCase(),
      ),
      value: fc.constantFrom(
        (value: string) => value,
        (value: string) => `"${value}"`,
        (value: string) => `"${value.replaceAll(/[a-f]/g, '\\$&')}"`,
      ),
      equals: fc.constantFrom('=', ' =', '= ', '\t=\t'),
      comma: fc.constantFrom(',', ', ', ' ,', ', ,'),
    });
    const parts = ['origin', 'destination', 'key', 'sig', 'unknown'];
    const order = fc.shuffledSubarray(parts, { minLength: 5 });
    fc.assert(
      fc.property(
        credentials,
        order,
        fc.array(spelling, { minLength: 5, maxLength: 5 }),
        (given, names, spellings) => {
          const values: Record<string, string | undefined> = {
            origin: given.origin,
            destination: given.destination,
            key: given.keyId,
            sig: given.signature,
            unknown: 'x',
          };
          let header = 'x-matrix  ';
          for (const [index, name] of names.entries()) {
            const spelt = spellings[index];
            const value = values[name];
            if (spelt === undefined || value === undefined) continue;
            header += `${spelt.name(name)}${spelt.equals}${spelt.value(value)}${spelt.comma}`;
          }
          expect(parseXMatrix(header), header).to.eql(given);
        },
      ),
    );
  });

  it('is never anything but credentials or nothing', () => {
    const piece = fc.constantFrom(
      'origin',
      '=',
      '"',
      ',',
      ' ',
      'a.b:1',
      '\\',
      'key',
      'ed25519:a',
      'sig',
      'X-Matrix ',
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => `X-Matrix ${pieces.join('')}`),
        (header) => {
          const read = parseXMatrix(header);
          if (read !== undefined) expect(parseXMatrix(formatXMatrix(read))).to.eql(read);
        },
      ),
    );
  });

  for (const [what, header] of [
    ['another scheme', 'Bearer abc'],
    ['no parameters', 'X-Matrix'],
    ['no origin', 'X-Matrix key="ed25519:a",sig="s"'],
    ['an origin that is no name', 'X-Matrix origin="a/b",key="ed25519:a",sig="s"'],
    ['a destination that is no name', 'X-Matrix origin=a,destination="",key="ed25519:a",sig="s"'],
    ['another algorithm', 'X-Matrix origin=a,key="rsa:a",sig="s"'],
    ['a parameter twice', 'X-Matrix origin=a,origin=b,key="ed25519:a",sig="s"'],
    ['an open quote', 'X-Matrix origin=a,key="ed25519:a",sig="s'],
    ['parameters without a comma between', 'X-Matrix origin=a key="ed25519:a",sig="s"'],
    ['more than there could be', `X-Matrix origin=a,key="ed25519:a",sig="${'s'.repeat(5000)}"`],
  ] as const) {
    it(`is refused with ${what}`, () => expect(parseXMatrix(header)).to.equal(undefined));
  }
});

describe('what a signed request covers', () => {
  const request = {
    method: 'GET',
    uri: '/target?a=b%20c',
    origin: 'a',
    destination: 'b',
    content: undefined,
  };

  it('is canonical JSON, without a body where there is none', () => {
    expect(requestSigningBytes(request)).to.equal(
      '{"destination":"b","method":"GET","origin":"a","uri":"/target?a=b%20c"}',
    );
  });

  it('has the numbers of old events as they were written', () => {
    const content = parseJson('{"z":1.0,"a":10000000000000000000000}') as JsonObject;
    expect(requestSigningBytes({ ...request, content })).to.contain('"a":10000000000000000000000,"z":1.0');
  });

  it('is verified by the bytes of the same request alone', () => {
    const key = generateSigningKey(Buffer.alloc(32, 1));
    const signature = signBytes(requestSigningBytes(request), key);
    const holds = (other: object): boolean =>
      verifyBytes(requestSigningBytes({ ...request, ...other }), signature, key.publicKeyBase64);
    expect(holds({})).to.equal(true);
    for (const change of [{ method: 'PUT' }, { uri: '/target' }, { destination: 'c' }, { content: {} }]) {
      expect(holds(change)).to.equal(false);
    }
  });
});
