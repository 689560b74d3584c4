import { expect } from 'chai';
import { DeviceCrypto } from '../../homeserver/test-kit/crypto-keys.ts';
import { makeImage } from '../../homeserver/test-kit/images.ts';
import type { SynapseServer } from '../../homeserver/test-kit/synapse-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';
import type { TestServer } from '../../homeserver/test-kit/test-server.ts';
import { roomPath, type TestUser } from '../../homeserver/test-kit/test-user.ts';

const MESSAGES = 500;

describe('what people of a Synapse read on a Guildhall', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let guildhall: TestServer;
  let synapse: SynapseServer;
  let alice: TestUser;
  let sylvia: TestUser;
  before(async () => {
    network = await TestNetwork.create();
    [guildhall, synapse] = await Promise.all([network.startServer('localhost'), network.startSynapse()]);
    alice = await guildhall.register('alice');
    sylvia = await synapse.register('sylvia');
  });
  after(() => network.stop());

  const join = (roomId: string) =>
    sylvia.ok(
      'POST',
      `/_matrix/client/v3/join/${encodeURIComponent(roomId)}?server_name=${encodeURIComponent(guildhall.serverName)}`,
      {},
    );

  it(`is ${MESSAGES} messages from before they came`, async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    const said = Array.from({ length: MESSAGES }, (_unused, index) => `message ${index}`);
    for (const body of said) await alice.say(roomId, body);
    await join(roomId);
    const read: string[] = [];
    for (let from = ''; read.length < MESSAGES; ) {
      const query = `dir=b&limit=100${from === '' ? '' : `&from=${from}`}`;
      const page = await sylvia.ok('GET', `${roomPath(roomId)}/messages?${query}`);
      for (const { type, content } of page.chunk) if (type === 'm.room.message') read.push(content.body);
      if (page.end === undefined) break;
      from = page.end;
    }
    expect(read.reverse()).to.deep.equal(said);
  });

  it('is nothing of what was said before they came, where that is for those who were there', async () => {
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    await alice.setState(roomId, 'm.room.history_visibility', { history_visibility: 'joined' });
    await alice.say(roomId, 'between us');
    await join(roomId);
    await alice.say(roomId, 'hello');
    const { chunk } = await sylvia.ok('GET', `${roomPath(roomId)}/messages?dir=b&limit=100`);
    expect(JSON.stringify(chunk)).not.to.include('between us');
  });

  it('is the tree of a space, with the rooms that they could enter', async () => {
    const open = await alice.createRoom({ preset: 'public_chat', name: 'Open' });
    const closed = await alice.createRoom({ preset: 'private_chat', name: 'Closed' });
    const space = await alice.createRoom({
      preset: 'public_chat',
      name: 'Space',
      creation_content: { type: 'm.space' },
    });
    for (const child of [open, closed]) {
      await alice.setState(space, 'm.space.child', { via: [guildhall.serverName] }, child);
    }
    await join(space);
    const tree = await sylvia.ok('GET', `/_matrix/client/v1/rooms/${encodeURIComponent(space)}/hierarchy`);
    expect(tree.rooms.map(({ name }: { name: string }) => name)).to.deep.equal(['Space', 'Open']);
  });

  it('is media, and thumbnails of them', async () => {
    const image = await makeImage('png', { width: 200, height: 100 });
    const upload = await fetch(`${guildhall.url}/_matrix/media/v3/upload?filename=cat.png`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${alice.accessToken}`, 'Content-Type': 'image/png' },
      body: new Uint8Array(image),
    });
    const { content_uri: uri } = (await upload.json()) as { content_uri: string };
    const get = async (path: string): Promise<Response> =>
      fetch(`${synapse.url}/_matrix/client/v1/media${path}`, {
        headers: { Authorization: `Bearer ${sylvia.accessToken}` },
      });
    const id = uri.replace('mxc://', '');
    const file = await get(`/download/${id}`);
    expect(file.status).to.equal(200);
    expect(file.headers.get('content-type')).to.equal('image/png');
    expect(file.headers.get('content-disposition')).to.include('cat.png');
    expect(Buffer.from(await file.arrayBuffer()).equals(image)).to.equal(true);
    const thumbnail = await get(`/thumbnail/${id}?width=32&height=32&method=scale`);
    expect(thumbnail.status).to.equal(200);
    expect(thumbnail.headers.get('content-type')).to.match(/^image\//);
  });

  it('is the keys of devices', async () => {
    const crypto = new DeviceCrypto(alice);
    const keys = crypto.deviceKeys();
    const oneTimeKeys = crypto.oneTimeKeys(1);
    const upload = { device_keys: keys, one_time_keys: oneTimeKeys };
    await alice.ok('POST', '/_matrix/client/v3/keys/upload', upload);
    const wanted = { device_keys: { [alice.userId]: [] } };
    const { device_keys: found } = await sylvia.ok('POST', '/_matrix/client/v3/keys/query', wanted);
    expect(found[alice.userId][alice.deviceId]).to.deep.include({
      keys: keys.keys,
      signatures: keys.signatures,
    });
    const claim = { one_time_keys: { [alice.userId]: { [alice.deviceId]: 'signed_curve25519' } } };
    const first = await sylvia.ok('POST', '/_matrix/client/v3/keys/claim', claim);
    expect(first.one_time_keys[alice.userId][alice.deviceId]).to.deep.equal(oneTimeKeys);
    const second = await sylvia.ok('POST', '/_matrix/client/v3/keys/claim', claim);
    expect(second.one_time_keys[alice.userId] ?? {}).to.deep.equal({});
  });
});
