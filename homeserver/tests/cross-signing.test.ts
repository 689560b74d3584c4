import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { CrossSigningCrypto, DeviceCrypto } from '../test-kit/crypto-keys.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestResponse, TestUser } from '../test-kit/test-user.ts';

const UPLOAD = '/_matrix/client/v3/keys/device_signing/upload';
const SIGN = '/_matrix/client/v3/keys/signatures/upload';

describe('cross-signing', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let keys: CrossSigningCrypto;
  let name: string;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    name = `alice-${users}`;
    alice = await server.register(name);
    keys = new CrossSigningCrypto(alice.userId);
  });

  async function query(viewer: TestUser, ...asked: TestUser[]): Promise<TestResponse['body']> {
    const wanted = Object.fromEntries(asked.map(({ userId }) => [userId, []]));
    return viewer.ok('POST', '/_matrix/client/v3/keys/query', { device_keys: wanted });
  }

  async function refusal(body: object): Promise<string> {
    const answer = await alice.request('POST', UPLOAD, body);
    return `${answer.status} ${answer.body.errcode}`;
  }

  /** Uploads the identity keys of a device. */
  async function publish(user: TestUser): Promise<DeviceCrypto> {
    const crypto = new DeviceCrypto(user);
    await user.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: crypto.deviceKeys() });
    return crypto;
  }

  async function sign(user: TestUser, signed: object): Promise<TestResponse['body']> {
    return (await user.ok('POST', SIGN, signed)).failures;
  }

  describe('keys', () => {
    it('are published without a password at first, and shown to others but for the user-signing key', async () => {
      const upload = keys.upload();
      expect(await alice.ok('POST', UPLOAD, upload)).to.deep.equal({});
      const seen = await query(bob, alice);
      expect(seen.master_keys[alice.userId].keys).to.deep.equal(upload.master_key.keys);
      expect(seen.self_signing_keys[alice.userId]).to.deep.equal(upload.self_signing_key);
      expect(seen.user_signing_keys).to.deep.equal({});
      const own = await query(alice, alice, bob);
      expect(own.user_signing_keys).to.deep.equal({ [alice.userId]: upload.user_signing_key });
      expect((await query(alice, bob)).user_signing_keys).to.deep.equal({});
    });

    it('are uploaded again without a password, and replaced with it', async () => {
      await alice.ok('POST', UPLOAD, keys.upload());
      await alice.ok('POST', UPLOAD, keys.upload());
      const others = new CrossSigningCrypto(alice.userId).upload();
      const asked = await alice.request('POST', UPLOAD, others);
      expect(asked.status).to.equal(401);
      expect(asked.body.flows).to.deep.equal([{ stages: ['m.login.password'] }]);
      expect((await query(bob, alice)).master_keys[alice.userId].keys).to.deep.equal(keys.masterKey().keys);
      const auth = {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: `password of ${name}`,
        session: asked.body.session,
      };
      // What was asked for once counts for these keys alone.
      await alice.ok('POST', UPLOAD, { ...others, auth });
      const sly = new CrossSigningCrypto(alice.userId).upload();
      const { status } = await alice.request('POST', UPLOAD, { ...sly, auth: { session: auth.session } });
      expect(status).to.equal(401);
      expect((await query(bob, alice)).master_keys[alice.userId].keys).to.deep.equal(others.master_key.keys);
    });

    it('are published without a password by one of those who try first at the same time', async () => {
      const attempts = [keys, new CrossSigningCrypto(alice.userId), new CrossSigningCrypto(alice.userId)];
      const answers = await Promise.all(
        attempts.map((attempt) => alice.request('POST', UPLOAD, attempt.upload())),
      );
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401]);
      const winner = attempts[answers.findIndex(({ status }) => status === 200)];
      const { master_keys: shown } = await query(bob, alice);
      expect(shown[alice.userId].keys).to.deep.equal(winner?.masterKey().keys);
    });

    it('are refused when they are not signed with the master key, or are no such keys', async () => {
      const {
        master_key: master,
        self_signing_key: selfSigning,
        user_signing_key: userSigning,
      } = keys.upload();
      const unsigned = { ...selfSigning, signatures: {} };
      const foreign = new CrossSigningCrypto(alice.userId).upload().self_signing_key;
      const ofBob = new CrossSigningCrypto(bob.userId).upload();
      const wrong: [string, object, string][] = [
        ['no master key', { self_signing_key: selfSigning }, '400 M_MISSING_PARAM'],
        ['unsigned', { master_key: master, self_signing_key: unsigned }, '400 M_INVALID_SIGNATURE'],
        ['another signer', { master_key: master, self_signing_key: foreign }, '400 M_INVALID_SIGNATURE'],
        ['of another user', ofBob, '400 M_INVALID_PARAM'],
        ['another usage', { master_key: userSigning }, '400 M_INVALID_PARAM'],
        ['two keys', { master_key: { ...master, keys: { a: 'b', c: 'd' } } }, '400 M_INVALID_PARAM'],
        ['misnamed', { master_key: { ...master, keys: { 'ed25519:a': 'b' } } }, '400 M_INVALID_PARAM'],
        [
          'the same key twice',
          {
            master_key: master,
            self_signing_key: keys.sign({ ...master, usage: ['self_signing'] }, keys.master),
          },
          '400 M_INVALID_PARAM',
        ],
        [
          'signed by no device',
          { master_key: new DeviceCrypto({ ...alice, userId: alice.userId, deviceId: 'NONE' }).sign(master) },
          '400 M_INVALID_SIGNATURE',
        ],
      ];
      for (const [what, body, expected] of wrong) expect(await refusal(body), what).to.equal(expected);
      expect((await query(bob, alice)).master_keys).to.deep.equal({});
    });
  });

  describe('signatures', () => {
    it('of the self-signing key on a device are shown to everybody', async () => {
      const crypto = await publish(alice);
      await alice.ok('POST', UPLOAD, keys.upload());
      const device = crypto.deviceKeys();
      const signed = keys.sign(device, keys.selfSigning);
      expect(await sign(alice, { [alice.userId]: { [alice.deviceId]: signed } })).to.deep.equal({});
      for (const viewer of [alice, bob]) {
        const { device_keys: shown } = await query(viewer, alice);
        expect(shown[alice.userId][alice.deviceId].signatures).to.deep.equal(signed.signatures);
      }
    });

    it('of a device on the master key are shown to everybody', async () => {
      const crypto = await publish(alice);
      await alice.ok('POST', UPLOAD, keys.upload());
      const signed = crypto.sign(keys.masterKey());
      const target = keys.master.publicKeyBase64;
      expect(await sign(alice, { [alice.userId]: { [target]: signed } })).to.deep.equal({});
      expect((await query(bob, alice)).master_keys[alice.userId]).to.deep.equal(signed);
    });

    it('of the user-signing key on another user are shown to their maker alone', async () => {
      await alice.ok('POST', UPLOAD, keys.upload());
      const carol = await server.register(`carol-${users}`);
      const ofCarol = new CrossSigningCrypto(carol.userId);
      await carol.ok('POST', UPLOAD, ofCarol.upload());
      const signed = keys.sign(ofCarol.masterKey(), keys.userSigning);
      const target = ofCarol.master.publicKeyBase64;
      expect(await sign(alice, { [carol.userId]: { [target]: signed } })).to.deep.equal({});
      const seenBy = async (viewer: TestUser): Promise<JsonObject> =>
        (await query(viewer, carol)).master_keys[carol.userId].signatures;
      expect(await seenBy(alice)).to.deep.equal(signed.signatures);
      for (const viewer of [bob, carol]) expect(await seenBy(viewer)).to.deep.equal({});
    });

    it('of others that come with a device are shown to nobody', async () => {
      const crypto = new DeviceCrypto(alice);
      const device = crypto.deviceKeys();
      const ofBob = new DeviceCrypto(bob).sign(device).signatures as JsonObject;
      const upload = { ...device, signatures: { ...ofBob, ...(device.signatures as JsonObject) } };
      await alice.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: upload });
      const { device_keys: shown } = await query(await server.register(`dora-${users}`), alice);
      expect(Object.keys(shown[alice.userId][alice.deviceId].signatures)).to.deep.equal([alice.userId]);
    });

    it('that are wrong are told of, and the others stored', async () => {
      const crypto = await publish(alice);
      await alice.ok('POST', UPLOAD, keys.upload());
      const device = crypto.deviceKeys();
      const good = crypto.sign(keys.masterKey());
      const failures = await sign(alice, {
        [alice.userId]: {
          [alice.deviceId]: keys.sign(device, keys.userSigning),
          NONE: keys.sign({ ...device, device_id: 'NONE' }, keys.selfSigning),
          [keys.master.publicKeyBase64]: good,
        },
        [bob.userId]: { any: keys.sign({ user_id: bob.userId }, keys.userSigning) },
        '@nobody:elsewhere.test': { any: keys.sign({}, keys.userSigning) },
      });
      const codes = Object.values(failures as Record<string, Record<string, { errcode: string }>>).flatMap(
        (ofUser) => Object.entries(ofUser).map(([target, { errcode }]) => [target, errcode]),
      );
      expect(codes).to.deep.equal([
        [alice.deviceId, 'M_INVALID_SIGNATURE'],
        ['NONE', 'M_NOT_FOUND'],
        ['any', 'M_NOT_FOUND'],
        ['any', 'M_NOT_FOUND'],
      ]);
      expect((await query(bob, alice)).master_keys[alice.userId]).to.deep.equal(good);
    });

    it('on something else than what is stored are refused', async () => {
      const crypto = await publish(alice);
      await alice.ok('POST', UPLOAD, keys.upload());
      const other = crypto.deviceKeys({ algorithms: [] });
      const failures = await sign(alice, {
        [alice.userId]: { [alice.deviceId]: keys.sign(other, keys.selfSigning) },
      });
      expect(failures[alice.userId][alice.deviceId].errcode).to.equal('M_INVALID_PARAM');
    });

    it('go with the keys that made them', async () => {
      const crypto = await publish(alice);
      await alice.ok('POST', UPLOAD, keys.upload());
      const signed = keys.sign(crypto.deviceKeys(), keys.selfSigning);
      await sign(alice, { [alice.userId]: { [alice.deviceId]: signed } });
      const auth = {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: name },
        password: `password of ${name}`,
      };
      await alice.ok('POST', UPLOAD, { ...new CrossSigningCrypto(alice.userId).upload(), auth });
      const { device_keys: shown } = await query(bob, alice);
      expect(shown[alice.userId][alice.deviceId]).to.deep.include({ ...crypto.deviceKeys() });
    });
  });

  it('ends with the account', async () => {
    await publish(alice);
    await alice.ok('POST', UPLOAD, keys.upload());
    const auth = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: name },
      password: `password of ${name}`,
    };
    await alice.ok('POST', '/_matrix/client/v3/account/deactivate', { auth });
    const seen = await query(bob, alice);
    expect(seen.master_keys).to.deep.equal({});
    expect(seen.self_signing_keys).to.deep.equal({});
    expect(seen.device_keys).to.deep.equal({ [alice.userId]: {} });
  });
});
