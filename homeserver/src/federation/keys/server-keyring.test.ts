import { expect } from 'chai';
import { eventually } from '../../../test-kit/eventually.ts';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { openTestStorage, type TestStorage } from '../../../test-kit/storage-for-tests.ts';
import { createLogger } from '../../base/logger.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import {
  generateSigningKey,
  type SigningKey,
  signBytes,
  signJson,
  verifySignedJson,
} from '../../protocol/signing.ts';
import type { FederationRequest } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { KeyFetcher } from './key-fetcher.ts';
import { ServerKeyring } from './server-keyring.ts';

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;
const MESSAGE = 'what is signed';
const key = (seed: number, version: string): SigningKey =>
  generateSigningKey(Buffer.alloc(32, seed), version);
const OWN = key(1, 'own');
const OWN_OLD = key(2, 'old');
const FIRST = key(3, 'first');
const SECOND = key(4, 'second');
const NOTARY = key(5, 'notary');

interface Writing {
  readonly current?: readonly SigningKey[];
  readonly old?: Readonly<Record<string, { key: string; expired_ts: number }>>;
  readonly validUntilTs?: number;
  readonly signers?: readonly SigningKey[];
}

describe('the keys of servers', () => {
  let database: TestStorage;
  let clock: ManualClock;
  /** What servers answer at their key endpoint; those without do not answer. */
  let documents: Map<string, JsonObject>;
  /** What notaries know. */
  let known: Map<string, JsonObject[]>;
  let asked: string[];
  /** What notaries wait for before they answer. */
  let notariesAnswer: () => Promise<void>;
  let keyring: ServerKeyring;

  beforeEach(async () => {
    database = await openTestStorage();
    clock = new ManualClock();
    documents = new Map();
    known = new Map();
    asked = [];
    notariesAnswer = async () => undefined;
    keyring = newKeyring();
  });
  afterEach(() => database.close());

  function newKeyring(notaries: readonly string[] = []): ServerKeyring {
    const logger = createLogger({ level: 'error' });
    return new ServerKeyring({
      serverName: 'hs.test',
      ownKeys: {
        current: OWN,
        old: [{ keyId: OWN_OLD.keyId, publicKeyBase64: OWN_OLD.publicKeyBase64, expiredTs: 5000 }],
      },
      storage: database.storage,
      fetcher: new KeyFetcher({
        client: { request: answer, open: neverOpened },
        notaries,
        clock,
        logger,
        metrics: createMetrics(),
      }),
      clock,
      logger,
    });
  }
  async function answer({ destination, method, body }: FederationRequest): Promise<JsonObject> {
    const wanted = Object.keys((body?.server_keys ?? {}) as JsonObject);
    asked.push(method === 'GET' ? destination : `${destination} about ${wanted.join(' ')}`);
    if (method === 'POST') await notariesAnswer();
    const found =
      method === 'GET' ? documents.get(destination) : { server_keys: known.get(destination) ?? [] };
    if (found === undefined) throw new FederationError(destination, 'unreachable', 'nobody is there');
    return found;
  }
  function write(
    serverName: string,
    { current = [FIRST], old = {}, validUntilTs, signers = current }: Writing = {},
  ) {
    let document: JsonObject = {
      server_name: serverName,
      valid_until_ts: validUntilTs ?? clock.now() + DAY_MS,
      verify_keys: Object.fromEntries(
        current.map(({ keyId, publicKeyBase64 }) => [keyId, { key: publicKeyBase64 }]),
      ),
      old_verify_keys: old,
    };
    for (const signer of signers) document = { ...signJson(document, serverName, signer) };
    return document;
  }
  function verify(
    signer: SigningKey,
    validAt?: number,
    by = keyring,
    serverName = 'one.test',
  ): Promise<boolean> {
    const signatures = { [signer.keyId]: signBytes(MESSAGE, signer) };
    return by.verify({ serverName, signatures, message: MESSAGE, validAt });
  }

  it('are asked for once, and kept in memory and in the database', async () => {
    documents.set('one.test', write('one.test'));
    expect(await Promise.all([verify(FIRST), verify(FIRST), verify(FIRST)])).to.eql([true, true, true]);
    expect(await verify(FIRST, clock.now())).to.equal(true);
    expect(await verify(FIRST, clock.now(), newKeyring())).to.equal(true);
    expect(asked).to.eql(['one.test']);
  });

  it('verify what was signed, and nothing else', async () => {
    documents.set('one.test', write('one.test'));
    const [good, other] = [signBytes(MESSAGE, FIRST), signBytes('something else', FIRST)];
    const check = (signatures: Record<string, string>) =>
      keyring.verify({ serverName: 'one.test', signatures, message: MESSAGE, validAt: undefined });
    expect(await check({ [FIRST.keyId]: other })).to.equal(false);
    expect(await check({ [FIRST.keyId]: '' })).to.equal(false);
    expect(await check({ [SECOND.keyId]: good })).to.equal(false);
    expect(await check({ [SECOND.keyId]: good, [FIRST.keyId]: good })).to.equal(true);
    expect(await check({})).to.equal(false);
    expect(await check({ 'rsa:first': good })).to.equal(false);
  });

  it('are our own without asking anybody', async () => {
    expect(await verify(OWN, clock.now(), keyring, 'hs.test')).to.equal(true);
    expect(await verify(OWN_OLD, 5000, keyring, 'hs.test')).to.equal(true);
    expect(await verify(OWN_OLD, 5001, keyring, 'hs.test')).to.equal(false);
    expect(await verify(FIRST, undefined, keyring, 'hs.test')).to.equal(false);
    expect(asked).to.eql([]);
  });

  describe('hold for a time', () => {
    it('that the server says, where room versions ask for it', async () => {
      documents.set('one.test', write('one.test', { validUntilTs: clock.now() + 1000 }));
      expect(await verify(FIRST, clock.now() + 1000)).to.equal(true);
      expect(await verify(FIRST, clock.now() + 1001)).to.equal(false);
      expect(await verify(FIRST, undefined)).to.equal(true);
    });

    it('of a week at most, whatever the server says', async () => {
      documents.set('one.test', write('one.test', { validUntilTs: clock.now() + 10 * WEEK_MS }));
      expect(await verify(FIRST, clock.now() + WEEK_MS)).to.equal(true);
      expect(await verify(FIRST, clock.now() + WEEK_MS + 1)).to.equal(false);
    });

    it('that ends where the server stopped to sign with it', async () => {
      const expired = clock.now() - 1000;
      const old = { [FIRST.keyId]: { key: FIRST.publicKeyBase64, expired_ts: expired } };
      documents.set('one.test', write('one.test', { current: [SECOND], old }));
      expect(await verify(FIRST, expired)).to.equal(true);
      expect(await verify(FIRST, expired + 1)).to.equal(false);
      expect(await verify(FIRST)).to.equal(true);
      expect(await verify(SECOND, clock.now())).to.equal(true);
    });

    it('and are asked for again when it is over', async () => {
      documents.set('one.test', write('one.test'));
      await verify(FIRST, clock.now());
      await clock.advance(2 * DAY_MS);
      documents.set('one.test', write('one.test'));
      expect(await verify(FIRST, clock.now())).to.equal(true);
      expect(asked).to.eql(['one.test', 'one.test']);
    });

    it('and are asked for again in the background when half of it is over', async () => {
      documents.set('one.test', write('one.test'));
      await verify(FIRST, clock.now());
      await clock.advance(DAY_MS / 2 + 1);
      documents.set('one.test', write('one.test'));
      expect(await verify(FIRST, clock.now())).to.equal(true);
      await eventually(async () => asked.length === 2);
      await eventually(async () => (await verify(FIRST, clock.now() + DAY_MS)) === true);
      expect(asked).to.have.length(2);
    });

    it('and are remembered when the server does not name them any more', async () => {
      documents.set('one.test', write('one.test'));
      const then = clock.now();
      await verify(FIRST, then);
      await clock.advance(2 * DAY_MS);
      documents.set('one.test', write('one.test', { current: [SECOND] }));
      expect(await verify(SECOND, clock.now())).to.equal(true);
      expect(await verify(FIRST, then)).to.equal(true);
      expect(await verify(FIRST, clock.now())).to.equal(false);
    });
  });

  describe('are not believed', () => {
    const cases: Record<string, () => JsonObject> = {
      'in a document without a signature': () => write('one.test', { signers: [] }),
      'in a document that another key has signed': () => write('one.test', { signers: [SECOND] }),
      'in a document of another server': () => write('two.test'),
      'in a document that was changed': () => ({ ...write('one.test'), valid_until_ts: clock.now() + 1 }),
      'without a time': () => ({
        ...signJson({ ...write('one.test'), valid_until_ts: 'x' }, 'one.test', FIRST),
      }),
      'in a document of nothing': () => ({}),
    };
    for (const [what, document] of Object.entries(cases)) {
      it(what, async () => {
        documents.set('one.test', document());
        expect(await verify(FIRST)).to.equal(false);
        expect(await database.storage.serverKeys.documentOf('one.test')).to.equal(undefined);
      });
    }

    it('when they have not signed the document beside one that has', async () => {
      documents.set('one.test', write('one.test', { current: [FIRST, SECOND], signers: [FIRST] }));
      expect(await verify(FIRST)).to.equal(true);
      expect(await verify(SECOND)).to.equal(false);
    });
  });

  describe('that cannot be had', () => {
    it('are asked for again only after a while, which becomes longer', async () => {
      for (const seconds of [5, 10, 20]) {
        asked = [];
        expect(await verify(FIRST)).to.equal(false);
        await clock.advance(seconds * 1000 - 1);
        expect(await verify(FIRST)).to.equal(false);
        expect(asked).to.eql(['one.test']);
        await clock.advance(1);
      }
      documents.set('one.test', write('one.test'));
      expect(await verify(FIRST)).to.equal(true);
    });

    it('are not asked for with each key that a stranger makes up', async () => {
      documents.set('one.test', write('one.test'));
      await verify(FIRST);
      for (const seed of [10, 11, 12]) expect(await verify(key(seed, `k${seed}`))).to.equal(false);
      expect(asked).to.eql(['one.test']);
      await clock.advance(10_001);
      documents.set('one.test', write('one.test', { current: [FIRST, SECOND] }));
      expect(await verify(SECOND)).to.equal(true);
    });
  });

  describe('told by a notary', () => {
    const countersigned = (document: JsonObject, by = NOTARY): JsonObject => ({
      ...signJson(document, 'notary.test', by),
    });
    beforeEach(() => {
      keyring = newKeyring(['notary.test']);
      documents.set('notary.test', write('notary.test', { current: [NOTARY] }));
    });

    it('are believed when the server itself does not answer', async () => {
      known.set('notary.test', [countersigned(write('one.test'))]);
      expect(await verify(FIRST, clock.now())).to.equal(true);
      expect(asked).to.eql(['one.test', 'notary.test', 'notary.test about one.test']);
    });

    it('are asked for together', async () => {
      const servers = Array.from({ length: 150 }, (_none, index) => `s${index}.test`);
      known.set(
        'notary.test',
        servers.map((server) => countersigned(write(server))),
      );
      // By then everybody has waited in vain for the servers themselves.
      notariesAnswer = () => eventually(async () => servers.every((server) => asked.includes(server)));
      const verified = await Promise.all(servers.map((server) => verify(FIRST, undefined, keyring, server)));
      expect(verified.every(Boolean)).to.equal(true);
      expect(asked.filter((one) => one.includes(' about ')).length).to.be.below(10);
    });

    it('count only with the signatures of both', async () => {
      for (const document of [
        write('one.test'),
        countersigned(write('one.test'), SECOND),
        countersigned(write('one.test', { signers: [SECOND] })),
      ]) {
        known.set('notary.test', [document]);
        expect(await verify(FIRST)).to.equal(false);
        await clock.advance(DAY_MS);
        documents.set('notary.test', write('notary.test', { current: [NOTARY] }));
      }
    });

    it('do not replace newer ones', async () => {
      const stale = countersigned(write('one.test', { validUntilTs: clock.now() + 1000 }));
      documents.set('one.test', write('one.test'));
      await verify(FIRST, clock.now());
      documents.delete('one.test');
      known.set('notary.test', [stale]);
      await clock.advance(20_000);
      expect(await verify(SECOND)).to.equal(false);
      expect(await verify(FIRST, clock.now() + 10_000)).to.equal(true);
    });

    it('are not those of others than were asked for', async () => {
      known.set('notary.test', [countersigned(write('two.test')), countersigned(write('one.test'))]);
      await verify(FIRST);
      expect(await database.storage.serverKeys.documentOf('two.test')).to.equal(undefined);
    });
  });

  describe('told by us', () => {
    it('are our own, signed, with those that we signed with before', () => {
      const document = keyring.ownKeyDocument();
      expect(document).to.deep.include({
        server_name: 'hs.test',
        verify_keys: { [OWN.keyId]: { key: OWN.publicKeyBase64 } },
        old_verify_keys: { [OWN_OLD.keyId]: { key: OWN_OLD.publicKeyBase64, expired_ts: 5000 } },
        valid_until_ts: clock.now() + DAY_MS,
      });
      expect(verifySignedJson(document, 'hs.test', OWN.keyId, OWN.publicKeyBase64)).to.equal(true);
    });

    it('are those of others with our signature beside theirs', async () => {
      documents.set('one.test', write('one.test'));
      const told = await keyring.keysOf(
        new Map([
          ['one.test', undefined],
          ['gone.test', undefined],
          ['hs.test', undefined],
        ]),
      );
      expect(told.map((document) => document.server_name)).to.eql(['one.test', 'hs.test']);
      const [document = {}] = told;
      expect(verifySignedJson(document, 'one.test', FIRST.keyId, FIRST.publicKeyBase64)).to.equal(true);
      expect(verifySignedJson(document, 'hs.test', OWN.keyId, OWN.publicKeyBase64)).to.equal(true);
    });

    it('are asked for again if they are to be valid for longer', async () => {
      documents.set('one.test', write('one.test'));
      await keyring.keysOf(new Map([['one.test', undefined]]));
      await keyring.keysOf(new Map([['one.test', clock.now() + 1000]]));
      expect(asked).to.have.length(1);
      await clock.advance(20_000);
      documents.set('one.test', write('one.test', { validUntilTs: clock.now() + 3 * DAY_MS }));
      const [document] = await keyring.keysOf(new Map([['one.test', clock.now() + 2 * DAY_MS]]));
      expect(document).to.include({ valid_until_ts: clock.now() + 3 * DAY_MS });
    });
  });
});

async function neverOpened(): Promise<never> {
  throw new Error('keys are no media');
}
