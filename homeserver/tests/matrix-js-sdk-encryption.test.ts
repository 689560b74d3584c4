import { expect } from 'chai';
import { KnownMembership } from 'matrix-js-sdk';
import type { GeneratedSecretStorageKey } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { compareEmojis, SdkDevice, SecretStorageKeys, tameSdk, until } from '../test-kit/sdk-device.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { registerUser, request } from '../test-kit/test-user.ts';

describe('matrix-js-sdk with Rust crypto', function () {
  this.timeout(120_000);
  let server: TestServer;
  let laptop: SdkDevice;
  let phone: SdkDevice;
  let bob: SdkDevice;
  let roomId: string;
  const secretsOfAlice = new SecretStorageKeys();
  const devices: SdkDevice[] = [];

  tameSdk();

  before(async () => {
    server = await TestServer.start();
    const [alice, other] = await Promise.all(
      ['alice', 'bob'].map((name) => registerUser(() => server.url, name)),
    );
    if (alice === undefined || other === undefined) throw new Error('nobody is registered');
    laptop = await start(alice, secretsOfAlice);
    bob = await start(other, new SecretStorageKeys());
    phone = await start(await logIn('alice'), secretsOfAlice);
  });
  after(async () => {
    for (const { client } of devices) client.stopClient();
    await server.stop();
  });

  async function start(
    session: { userId: string; deviceId: string; accessToken: string },
    secretStorage: SecretStorageKeys,
  ): Promise<SdkDevice> {
    const { userId, deviceId, accessToken } = session;
    const device = await SdkDevice.start(server.url, { userId, deviceId, accessToken }, secretStorage);
    devices.push(device);
    return device;
  }

  async function logIn(name: string): Promise<{ userId: string; deviceId: string; accessToken: string }> {
    const { body } = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: { type: 'm.login.password', user: name, password: `password of ${name}` },
    });
    return { userId: body.user_id, deviceId: body.device_id, accessToken: body.access_token };
  }

  it('shares an encrypted room between three devices of two users', async () => {
    roomId = await laptop.createEncryptedRoom(bob.client.getSafeUserId());
    await until(() => bob.client.getRoom(roomId) !== null, 'the invite');
    await bob.client.joinRoom(roomId);
    for (const device of devices) {
      await until(() => device.client.getRoom(roomId)?.getJoinedMembers().length === 2, 'both to be joined');
      await until(() => device.crypto.isEncryptionEnabledInRoom(roomId), 'the encryption');
    }
    for (const sender of [laptop, bob, phone]) {
      const eventId = await sender.say(roomId, `from ${sender.client.getDeviceId()}`);
      for (const reader of devices) {
        expect(await reader.reads(roomId, eventId)).to.equal(`from ${sender.client.getDeviceId()}`);
      }
    }
  });

  it('publishes cross-signing keys, and keeps their private parts in the secret storage', async () => {
    let recoveryKey: GeneratedSecretStorageKey | undefined;
    await laptop.crypto.bootstrapCrossSigning({
      setupNewCrossSigning: true,
      // There were none before: the server asks for nothing.
      authUploadDeviceSigningKeys: async (upload) => void (await upload(null)),
    });
    await laptop.crypto.bootstrapSecretStorage({
      setupNewSecretStorage: true,
      setupNewKeyBackup: true,
      createSecretStorageKey: async () => {
        recoveryKey = await laptop.crypto.createRecoveryKeyFromPassphrase();
        return recoveryKey;
      },
    });
    expect(recoveryKey?.encodedPrivateKey).to.be.a('string');
    expect(await laptop.crypto.isCrossSigningReady()).to.equal(true);
    expect(await laptop.crypto.isSecretStorageReady()).to.equal(true);
    const userId = laptop.client.getSafeUserId();
    const own = await laptop.crypto.getDeviceVerificationStatus(userId, laptop.client.getDeviceId() ?? '');
    expect(own?.signedByOwner).to.equal(true);
    // Bob hears of it by himself.
    await until(
      async () => await bob.crypto.userHasCrossSigningKeys(userId, true),
      'Bob to see the keys of Alice',
    );
  });

  it('verifies one device from another one by comparing emojis', async () => {
    const userId = laptop.client.getSafeUserId();
    const phoneId = phone.client.getDeviceId() ?? '';
    await until(
      async () => await phone.crypto.userHasCrossSigningKeys(userId, true),
      'the phone to see the keys',
    );
    const asked = await phone.crypto.requestOwnUserVerification();
    await until(() => laptop.incoming.length > 0, 'the request');
    const incoming = laptop.incoming[0];
    if (incoming === undefined) throw new Error('there is no request');
    const shown = await compareEmojis(asked, incoming);
    expect(shown).to.have.length(2);
    expect(shown[0]).to.equal(shown[1]);
    await until(async () => {
      const status = await laptop.crypto.getDeviceVerificationStatus(userId, phoneId);
      return status?.crossSigningVerified === true;
    }, 'the phone to be verified');
    expect(await phone.crypto.isCrossSigningReady()).to.equal(true);
  });

  it('restores what was said before on a new device, from the key backup', async () => {
    const eventId = await bob.say(roomId, 'before the tablet');
    await laptop.reads(roomId, eventId);
    const version = await laptop.crypto.getActiveSessionBackupVersion();
    expect(version).to.be.a('string');
    const backup = async () => {
      const { body } = await request(server.url, 'GET', '/_matrix/client/v3/room_keys/version', {
        token: laptop.client.getAccessToken() ?? '',
      });
      return body.count as number;
    };
    await until(async () => (await backup()) >= 3, 'three keys in the backup');

    const tablet = await start(await logIn('alice'), secretsOfAlice);
    await until(() => tablet.client.getRoom(roomId)?.findEventById(eventId) !== undefined, 'the message');
    expect(tablet.room(roomId).getMyMembership()).to.equal(KnownMembership.Join);
    // The new device has no keys for it, and its owner writes the key of the secret storage in.
    await tablet.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
    const { imported } = await tablet.crypto.restoreKeyBackup();
    expect(imported).to.be.greaterThan(2);
    expect(await tablet.reads(roomId, eventId)).to.equal('before the tablet');
    const userId = tablet.client.getSafeUserId();
    await until(() => tablet.crypto.userHasCrossSigningKeys(userId, true), 'the tablet to see the keys');
    await tablet.crypto.bootstrapCrossSigning({});
    expect(await tablet.crypto.isCrossSigningReady()).to.equal(true);
  });
});
