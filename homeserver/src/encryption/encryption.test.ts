import { expect } from 'chai';
import { accountsForTests, type SignedUp } from '../../test-kit/accounts-for-tests.ts';
import { CrossSigningCrypto, DeviceCrypto } from '../../test-kit/crypto-keys.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { testDialect } from '../../test-kit/test-database.ts';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { LogKind, openStorage, type Storage } from '../storage/index.ts';
import { createEncryption, type Encryption, type EncryptionOptions } from './encryption.ts';
import type { KeysOfUsers, RemoteKeys, RemoteMessages } from './remote-keys.ts';

const CAROL = '@carol:elsewhere.test';

describe('encryption', () => {
  let test: TestStorage;
  let storage: Storage;
  let alice: SignedUp;
  let bob: SignedUp;
  beforeEach(async () => {
    test = await openTestStorage();
    storage = test.storage;
    const accounts = accountsForTests(storage);
    [alice, bob] = [await accounts.signUp('alice'), await accounts.signUp('bob')];
  });
  afterEach(() => test.close());

  function open(options: Partial<EncryptionOptions> = {}): Encryption {
    return createEncryption({
      storage,
      serverName: 'test',
      clock: systemClock,
      logger: createLogger({ level: 'silent' }),
      confirmation: { require: async () => undefined },
      ...options,
    });
  }

  describe('with other servers', () => {
    /** A server that answers what it is given, and what it was asked. */
    function remote(keys: Partial<KeysOfUsers>): RemoteKeys & { asked: unknown[] } {
      const asked: unknown[] = [];
      return {
        asked,
        async query(server, users, timeoutMs) {
          asked.push([server, users, timeoutMs]);
          return { deviceKeys: {}, masterKeys: {}, selfSigningKeys: {}, isOutdated: false, ...keys };
        },
        async claim(server, wanted) {
          asked.push([server, wanted]);
          return { [CAROL]: { X: { 'a:1': 'key' } }, [alice.userId]: { X: { 'a:1': 'forged' } } };
        },
      };
    }

    it('shows what they say of those whom they were asked for, without the signatures of others', async () => {
      const carol = new DeviceCrypto({ userId: CAROL, deviceId: 'X' });
      const device = carol.deviceKeys();
      const foreign = { '@dora:third.test': { 'ed25519:Y': 'signature' } };
      const ofCarol = new CrossSigningCrypto(CAROL);
      const keys = remote({
        deviceKeys: {
          [CAROL]: {
            X: { ...device, signatures: { ...(device.signatures as JsonObject), ...foreign } },
            LIE: { ...device },
          },
          [bob.userId]: { X: device },
        },
        masterKeys: { [CAROL]: ofCarol.masterKey(), [bob.userId]: ofCarol.masterKey() },
      });
      const encryption = open({ remoteKeys: keys });
      const answer = await encryption.keyQuery.query(alice, { [CAROL]: ['X'], [bob.userId]: [] }, 500);
      expect(keys.asked).to.deep.equal([['elsewhere.test', { [CAROL]: ['X'] }, 500]]);
      expect(answer.deviceKeys).to.deep.equal({ [CAROL]: { X: device }, [bob.userId]: {} });
      expect(answer.masterKeys).to.deep.equal({ [CAROL]: { ...ofCarol.masterKey(), signatures: {} } });
      expect(answer.failures).to.deep.equal({});
    });

    it('adds what the viewer has signed, and nobody else sees it', async () => {
      const [own, ofCarol] = [new CrossSigningCrypto(alice.userId), new CrossSigningCrypto(CAROL)];
      const encryption = open({ remoteKeys: remote({ masterKeys: { [CAROL]: ofCarol.masterKey() } }) });
      const { master_key: master, self_signing_key, user_signing_key } = own.upload();
      const upload = { master, self_signing: self_signing_key, user_signing: user_signing_key };
      await encryption.crossSigning.upload(alice, upload, undefined);
      const signed = own.sign(ofCarol.masterKey(), own.userSigning);
      const target = ofCarol.master.publicKeyBase64;
      const failures = await encryption.keySignatures.upload(alice, { [CAROL]: { [target]: signed } });
      expect(failures).to.deep.equal({});
      const seenBy = async (viewer: SignedUp) =>
        (await encryption.keyQuery.query(viewer, { [CAROL]: [] })).masterKeys[CAROL]?.signatures;
      expect(await seenBy(alice)).to.deep.equal(signed.signatures);
      expect(await seenBy(bob)).to.deep.equal({});
    });

    it('claims keys from them, of their own users alone', async () => {
      const keys = remote({});
      const { oneTimeKeys } = await open({ remoteKeys: keys }).keyClaims.claim({ [CAROL]: { X: 'a' } });
      expect(keys.asked).to.deep.equal([['elsewhere.test', { [CAROL]: { X: 'a' } }]]);
      expect(oneTimeKeys).to.deep.equal({ [CAROL]: { X: { 'a:1': 'key' } } });
    });

    it('hands messages over by server, in the unit that stores those of this one', async () => {
      const sent: [string, Omit<RemoteMessages, 'messageId'>][] = [];
      const ids = new Set<string>();
      const encryption = open({
        remoteToDevice: {
          enqueue(unit, server, { messageId, ...messages }) {
            sent.push([server, messages]);
            ids.add(messageId);
            unit.onCommit(() => sent.push(['committed', messages]));
          },
        },
      });
      const [toCarol, toDora] = [{ [CAROL]: { '*': { n: 1 } } }, { '@dora:third.test': { Y: { n: 2 } } }];
      const messages = { ...toCarol, ...toDora, [bob.userId]: { [bob.deviceId]: { n: 3 } } };
      await encryption.toDevice.send({ sender: alice.userId, type: 't', messages });
      const rest = { sender: alice.userId, type: 't' };
      expect(sent.slice(0, 2)).to.deep.equal([
        ['elsewhere.test', { ...rest, messages: toCarol }],
        ['third.test', { ...rest, messages: toDora }],
      ]);
      expect(sent.slice(2).map(([what]) => what)).to.deep.equal(['committed', 'committed']);
      expect(ids.size).to.equal(2);
      expect(await encryption.toDevice.anyWaiting(bob)).to.equal(true);
    });
  });

  it('tells of each change of devices with the one before it, and of no name', async () => {
    const encryption = open();
    const crypto = new DeviceCrypto(alice);
    const snapshots = [await encryption.deviceLists.snapshot(alice.userId)];
    await encryption.deviceKeys.upload(alice, { deviceKeys: crypto.deviceKeys() });
    const master = new CrossSigningCrypto(alice.userId).masterKey();
    await encryption.crossSigning.upload(alice, { master }, undefined);
    await encryption.deviceKeys.upload(alice, { deviceKeys: crypto.deviceKeys({ algorithms: [] }) });
    snapshots.push(await encryption.deviceLists.snapshot(alice.userId));
    const rows = (await storage.log.after(0, 100)).filter(({ kind }) => kind === LogKind.DeviceList);
    const updates = await Promise.all(rows.map((row) => encryption.deviceLists.updateOf(row)));
    const [first, second] = [rows[0]?.position, rows[2]?.position];
    const keys = crypto.deviceKeys({ algorithms: [] });
    const rest = { kind: 'device', userId: alice.userId, deviceId: alice.deviceId, keys };
    expect(updates).to.deep.equal([
      { ...rest, streamId: first, previousId: undefined },
      {
        kind: 'cross-signing',
        userId: alice.userId,
        masterKey: { ...master, signatures: {} },
        selfSigningKey: undefined,
      },
      { ...rest, streamId: second, previousId: first },
    ]);
    expect(snapshots.map(({ streamId }) => streamId)).to.deep.equal([0, second]);
    expect(snapshots[1]?.devices).to.deep.equal({ [alice.deviceId]: keys });
  });

  it('gives each one-time key once, whichever process is asked', async () => {
    // On SQLite there is one process, which may yet look twice.
    const other = testDialect === 'postgres' ? await openStorage({ url: test.url, onError: fail }) : storage;
    try {
      const processes = [open(), open({ storage: other })];
      const keys = new DeviceCrypto(alice).oneTimeKeys(60);
      await processes[0]?.deviceKeys.upload(alice, { oneTimeKeys: keys });
      const wanted = { [alice.userId]: { [alice.deviceId]: 'signed_curve25519' } };
      const claims = Array.from({ length: 80 }, (_, index) => processes[index % 2]?.keyClaims.claim(wanted));
      const given = (await Promise.all(claims)).flatMap((claimed) =>
        Object.keys(claimed?.oneTimeKeys[alice.userId]?.[alice.deviceId] ?? {}),
      );
      expect(new Set(given)).to.deep.equal(new Set(Object.keys(keys)));
      expect(given).to.have.length(60);
    } finally {
      if (other !== storage) await other.database.close();
    }
  });

  it('takes a request that another process has stored meanwhile for done', async () => {
    const other = testDialect === 'postgres' ? await openStorage({ url: test.url, onError: fail }) : storage;
    try {
      const processes = [open(), open({ storage: other })];
      const { userNid, deviceId } = alice;
      const transaction = { userNid, deviceId, scope: 't', txnId: '1' };
      const messages = { [bob.userId]: { '*': { n: 1 } } };
      const request = { sender: alice.userId, type: 't', messages, transaction };
      await Promise.all([...processes, ...processes].map(({ toDevice }) => toDevice.send(request)));
      const { events } = await open().toDevice.waiting(bob, 0, await storage.log.newest());
      expect(events).to.have.length(1);
    } finally {
      if (other !== storage) await other.database.close();
    }
  });
});

function fail(error: Error): never {
  throw error;
}
