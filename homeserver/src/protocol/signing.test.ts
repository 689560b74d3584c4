import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { Pdu } from './events.ts';
import { makePdu, rulesOf } from './fixtures.ts';
import { contentHash, signingBytes } from './hashing.ts';
import { redactPdu } from './redaction.ts';
import {
  addSignature,
  generateSigningKey,
  signatureOf,
  signBytes,
  signJson,
  verifyBytes,
  verifySignedJson,
} from './signing.ts';

/** The key of the specification's test vectors (v1.19, Appendices, "Cryptographic Test Vectors"). */
const KEY = generateSigningKey(Buffer.from('YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1', 'base64'), '1');

function signEvent(given: object): { sha256: string; signature: string } {
  // The published events have no hashes beside references, and one has no references at all.
  const rules = rulesOf('10');
  const pdu = given as Pdu;
  pdu.hashes = { sha256: contentHash(pdu, rules) };
  return { sha256: pdu.hashes.sha256, signature: signBytes(signingBytes(pdu, rules), KEY) };
}

describe('signing', () => {
  it('signs an empty object as published', () => {
    expect(signJson({}, 'domain', KEY)).to.deep.equal({
      signatures: {
        domain: {
          'ed25519:1':
            'K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ',
        },
      },
    });
  });

  it('signs an object with data as published', () => {
    expect(signatureOf(signJson({ one: 1, two: 'Two' }, 'domain', KEY), 'domain', 'ed25519:1')).to.equal(
      'KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw',
    );
  });

  it('hashes and signs the minimal event as published', () => {
    const signed = signEvent({
      room_id: '!x:domain',
      sender: '@a:domain',
      origin: 'domain',
      origin_server_ts: 1000000,
      signatures: {},
      hashes: {},
      type: 'X',
      content: {},
      prev_events: [],
      auth_events: [],
      depth: 3,
      unsigned: { age_ts: 1000000 },
    });
    expect(signed.sha256).to.equal('5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos');
    expect(signed.signature).to.equal(
      'KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg',
    );
  });

  it('hashes and signs an event with content that a redaction removes as published', () => {
    const signed = signEvent({
      content: { body: 'Here is the message content' },
      event_id: '$0:domain',
      origin: 'domain',
      origin_server_ts: 1000000,
      type: 'm.room.message',
      room_id: '!r:domain',
      sender: '@u:domain',
      signatures: {},
      unsigned: { age_ts: 1000000 },
    });
    expect(signed.sha256).to.equal('onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g');
    expect(signed.signature).to.equal(
      'Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA',
    );
  });

  it('verifies what it signed, beside signatures of others, whatever unsigned says', () => {
    const other = generateSigningKey(Buffer.alloc(32, 7));
    const signed = {
      ...signJson(signJson({ a: 1 }, 'one.test', KEY), 'two.test', other),
      unsigned: { age: 1 },
    };
    expect(verifySignedJson(signed, 'one.test', 'ed25519:1', KEY.publicKeyBase64)).to.equal(true);
    expect(verifySignedJson(signed, 'two.test', other.keyId, other.publicKeyBase64)).to.equal(true);
    expect(verifySignedJson(signed, 'two.test', other.keyId, KEY.publicKeyBase64)).to.equal(false);
    expect(verifySignedJson({ ...signed, a: 2 }, 'one.test', 'ed25519:1', KEY.publicKeyBase64)).to.equal(
      false,
    );
    expect(verifySignedJson(signed, 'three.test', 'ed25519:1', KEY.publicKeyBase64)).to.equal(false);
  });

  it('verifies the signature of an event after its redaction', () => {
    const rules = rulesOf('12');
    const pdu = makePdu({ content: { body: 'x' } });
    const signature = signBytes(signingBytes(pdu, rules), KEY);
    const redacted = signingBytes(redactPdu(pdu, rules), rules);
    expect(verifyBytes(redacted, signature, KEY.publicKeyBase64)).to.equal(true);
    const changed = signingBytes({ ...pdu, depth: 2 }, rules);
    expect(verifyBytes(changed, signature, KEY.publicKeyBase64)).to.equal(false);
  });

  it('takes malformed signatures, keys and objects for a no', () => {
    const signed = signJson({ a: 1 }, 'a.test', KEY);
    expect(verifySignedJson(signed, 'a.test', 'ed25519:1', '!!')).to.equal(false);
    expect(verifySignedJson(signed, 'a.test', 'ed25519:1', 'AAAA')).to.equal(false);
    expect(verifySignedJson({ signatures: 5 }, 'a.test', 'ed25519:1', KEY.publicKeyBase64)).to.equal(false);
    expect(verifySignedJson({}, '__proto__', 'toString', KEY.publicKeyBase64)).to.equal(false);
    const odd = addSignature({ a: 1.5 }, 'a.test', 'ed25519:1', encodeBase64(Buffer.alloc(64)));
    expect(verifySignedJson(odd, 'a.test', 'ed25519:1', KEY.publicKeyBase64)).to.equal(false);
  });

  it('names keys after their public key unless told, and refuses odd seeds and versions', () => {
    const key = generateSigningKey(Buffer.alloc(32, 1));
    expect(key.keyId).to.match(/^ed25519:[0-9a-f]{8}$/);
    expect(key.keyId).to.not.equal(generateSigningKey(Buffer.alloc(32, 2)).keyId);
    expect(() => generateSigningKey(Buffer.alloc(31))).to.throw(RangeError);
    expect(() => generateSigningKey(Buffer.alloc(32), 'a:b')).to.throw(RangeError);
  });

  it('verifies every object that it signs, and none that was changed', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, fc.dictionary(fc.string(), fc.maxSafeInteger()), (seed, object) => {
        const key = generateSigningKey(seed);
        const signed = signJson(object, 'a.test', key);
        expect(verifySignedJson(signed, 'a.test', key.keyId, key.publicKeyBase64)).to.equal(true);
        const changed = { ...signed, more: 1, [`${Object.keys(object)[0]}x`]: 1 };
        expect(verifySignedJson(changed, 'a.test', key.keyId, key.publicKeyBase64)).to.equal(false);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('base64', () => {
  it('encodes the published examples', () => {
    const examples = {
      '': '',
      f: 'Zg',
      fo: 'Zm8',
      foo: 'Zm9v',
      foob: 'Zm9vYg',
      fooba: 'Zm9vYmE',
      foobar: 'Zm9vYmFy',
    };
    for (const [text, encoded] of Object.entries(examples)) {
      expect(encodeBase64(Buffer.from(text))).to.equal(encoded);
      expect(decodeBase64(encoded)?.toString()).to.equal(text);
    }
  });

  it('decodes padded and URL-safe text, and nothing else', () => {
    expect(decodeBase64('Zg==')?.toString()).to.equal('f');
    expect(decodeBase64('-_8')).to.deep.equal(decodeBase64('+/8='));
    for (const text of ['Z', 'Zg=', 'Z g', 'Zg==x', '===='])
      expect(decodeBase64(text), text).to.equal(undefined);
  });

  it('does not read beyond a view into a larger buffer', () => {
    expect(encodeBase64(Buffer.from('foobar').subarray(0, 3))).to.equal('Zm9v');
  });
});
