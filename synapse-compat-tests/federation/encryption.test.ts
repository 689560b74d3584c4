import { expect } from 'chai';
import {
  compareEmojis,
  SdkDevice,
  SecretStorageKeys,
  tameSdk,
  until,
} from '../../homeserver/test-kit/sdk-device.ts';
import { request, type TestUser } from '../../homeserver/test-kit/test-user.ts';
import { bothWays } from './both-ways.ts';

bothWays('end-to-end encryption with matrix-js-sdk', (way) => {
  tameSdk();
  const devices: SdkDevice[] = [];
  let owner: SdkDevice;
  let visitor: SdkDevice;
  let roomId: string;

  const start = async (url: string, { userId, deviceId, accessToken }: Session): Promise<SdkDevice> => {
    const device = await SdkDevice.start(url, { userId, deviceId, accessToken }, new SecretStorageKeys());
    devices.push(device);
    return device;
  };
  /** Whatever one of the devices says, all of them read. */
  const allRead = async (sender: SdkDevice, body: string): Promise<void> => {
    const eventId = await sender.say(roomId, body);
    for (const reader of devices) expect(await reader.reads(roomId, eventId)).to.equal(body);
  };
  const allKnow = async (members: number): Promise<void> => {
    for (const { client, crypto } of devices) {
      await until(() => client.getRoom(roomId)?.getJoinedMembers().length === members, 'the members');
      await until(() => crypto.isEncryptionEnabledInRoom(roomId), 'the encryption');
    }
  };

  before(async () => {
    const pair = await way.meet();
    owner = await start(way.host.url, pair.owner);
    visitor = await start(way.guest.url, pair.visitor);
  });
  after(() => {
    for (const { client } of devices) client.stopClient();
  });

  it('talk in an encrypted room', async () => {
    roomId = await owner.createEncryptedRoom(visitor.client.getSafeUserId());
    await until(() => visitor.client.getRoom(roomId) !== null, 'the invite');
    await visitor.client.joinRoom(roomId);
    await allKnow(2);
    await allRead(owner, 'welcome');
    await allRead(visitor, 'thank you');
  });

  it('talk with a device that came later', async () => {
    const name = owner.client.getUserIdLocalpart() ?? '';
    const { body } = await request(way.host.url, 'POST', '/_matrix/client/v3/login', {
      body: { type: 'm.login.password', user: name, password: `password of ${name}` },
      send: fetch,
    });
    const { user_id: userId, device_id: deviceId, access_token: accessToken } = body;
    await start(way.host.url, { userId, deviceId, accessToken });
    await until(async () => {
      const known = await visitor.crypto.getUserDeviceInfo([userId]);
      return known.get(userId)?.has(deviceId) === true;
    }, 'the visitor to know of the new device');
    await allKnow(2);
    for (const sender of devices) await allRead(sender, `from ${sender.client.getDeviceId()}`);
  });

  it('verify each other by comparing emojis', async () => {
    for (const { crypto } of [owner, visitor]) {
      await crypto.bootstrapCrossSigning({
        setupNewCrossSigning: true,
        authUploadDeviceSigningKeys: async (upload) => void (await upload(null)),
      });
    }
    const [ownerId, visitorId] = [owner.client.getSafeUserId(), visitor.client.getSafeUserId()];
    await until(() => visitor.crypto.userHasCrossSigningKeys(ownerId, true), 'the keys of the owner');
    await until(() => owner.crypto.userHasCrossSigningKeys(visitorId, true), 'the keys of the visitor');
    const asked = await visitor.crypto.requestVerificationDM(ownerId, roomId);
    await until(() => owner.incoming.length > 0, 'the request');
    const [incoming] = owner.incoming;
    if (incoming === undefined) throw new Error('there is no request');
    const shown = await compareEmojis(asked, incoming);
    expect(shown).to.have.length(2);
    expect(shown[0]).to.equal(shown[1]);
    await until(
      async () => (await visitor.crypto.getUserVerificationStatus(ownerId)).isCrossSigningVerified(),
      'the owner to be verified',
    );
    await until(
      async () => (await owner.crypto.getUserVerificationStatus(visitorId)).isCrossSigningVerified(),
      'the visitor to be verified',
    );
  });
});

type Session = Pick<TestUser, 'userId' | 'deviceId' | 'accessToken'>;
